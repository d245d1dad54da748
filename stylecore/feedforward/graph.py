"""An ONNX file as a graph that can be cut: parts of it, and sizes set free, as new files in memory.

Field numbers are those of onnx.proto. What is not understood is carried along as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..engine.protobuf import BYTES, FIXED32, VARINT, Field, fields, of_bytes, of_whole, written

_IR_VERSION, _GRAPH = 1, 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SIZES, _SPARSE = 1, 5, 11, 12, 13, 15
_NODE_INPUT, _NODE_OUTPUT, _KIND, _ATTRIBUTE = 1, 2, 4, 5
_NAME, _FLOAT, _INNER, _INNERS = 1, 2, 6, 11
_TENSOR_NAME, _SPARSE_VALUES = 8, 1
_TYPE, _TENSOR_TYPE, _ELEMENT, _SHAPE, _DIM = 2, 1, 1, 2, 1
_FLOAT32 = 1
_PLAIN_IR = 4
"""From this version on, initializers are constants unless they are listed as inputs."""

_EPSILON = 1e-5
_INSTANCE_NORM = "InstanceNormalization"


class Node(NamedTuple):
    """An operator: what it is, by the names of what it takes and gives."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    message: memoryview | bytes


class Norm(NamedTuple):
    """An instance normalisation y = γ (x − μ) / √(σ² + ε) + β (Ulyanov et al. 2016).

    Its μ and σ² are those of a whole picture, for each channel. Where they are known beforehand it
    is y = factor · x + offset, which looks at one pixel at a time.

    Attributes:
        features: the name of x.
        gamma: the name of γ.
        beta: the name of β.
        output: the name of y.
        epsilon: ε.
    """

    features: str
    gamma: str
    beta: str
    output: str
    epsilon: float

    @property
    def factor(self) -> str:
        """The name of the input that takes the factor, (1, C, 1, 1)."""
        return f"{self.output}/factor"

    @property
    def offset(self) -> str:
        """The name of the input that takes the offset, (1, C, 1, 1)."""
        return f"{self.output}/offset"

    def as_nodes(self) -> list[Node]:
        """What takes its place where its statistics are known."""
        scaled = f"{self.output}/scaled"
        return [
            _node("Mul", (self.features, self.factor), (scaled,)),
            _node("Add", (scaled, self.offset), (self.output,)),
        ]


class Graph:
    """The graph of an ONNX file.

    Attributes:
        nodes: its operators, each behind those that it depends on.
        inputs: the names of what it is given.
        outputs: the names of what it returns.
        norms: its instance normalisations, in the same order.

    Args:
        model: the file.

    Raises:
        ValueError: for bytes that are no ONNX file.
    """

    def __init__(self, model: bytes) -> None:
        self._model = list(fields(model))
        # Protobuf merges messages that occur twice.
        self._graph = [
            part
            for one in self._model
            if (one.number, one.wire) == (_GRAPH, BYTES)
            for part in fields(one.value)
        ]
        self._initializers = dict(self._stored())
        self.nodes = [_read_node(one.value) for one in self._of(_NODE)]
        names = [_name_of(one.value) for one in self._of(_INPUT)]
        self.inputs = tuple(name for name in names if name not in self._initializers)
        self.outputs = tuple(_name_of(one.value) for one in self._of(_OUTPUT))
        self.norms = [norm for node in self.nodes if (norm := _read_norm(node)) is not None]

    def freed(self) -> bytes:
        """The file with sizes that are known only when it runs, but for batch and channels.

        Raises:
            ValueError: for an input whose shape cannot be read.
        """
        inputs = [
            _with_free_sizes(one) for one in self._of(_INPUT) if _name_of(one.value) in self.inputs
        ]
        return self._file(self.nodes, inputs, self.outputs)

    def cut(
        self,
        outputs: Sequence[str],
        known: Collection[str] = (),
        normed: Iterable[Norm] = (),
    ) -> bytes:
        """The part of the graph that gives some of its values, as a file.

        Args:
            outputs: the names of these values.
            known: values that are given instead of computed, as float32.
            normed: the normalisations whose factors and offsets are given as inputs.
        """
        given = {*known, *(name for norm in normed for name in (norm.factor, norm.offset))}
        replaced = {norm.output: norm for norm in normed}
        nodes = [part for node in self.nodes for part in _in_place_of(node, replaced)]
        made = {name for node in nodes for name in node.outputs if name not in given}
        names = [name if name in made else f"{name}/copy" for name in outputs]
        nodes += [_node("Identity", (name,), (f"{name}/copy",)) for name in {*outputs} - made]
        nodes = _needed(nodes, names, given)
        read = {name for node in nodes for name in node.inputs}
        inputs = [
            _with_free_sizes(one)
            for one in self._of(_INPUT)
            if (name := _name_of(one.value)) in self.inputs and name in read - given
        ]
        inputs += [_typed(name) for name in sorted(given & read)]
        return self._file(nodes, inputs, names, read)

    def _of(self, number: int) -> Iterator[Field]:
        return (one for one in self._graph if (one.number, one.wire) == (number, BYTES))

    def _stored(self) -> Iterator[tuple[str, Field]]:
        """The values that the file holds, by their names."""
        for one in self._of(_INITIALIZER):
            yield _name_of(one.value, _TENSOR_NAME), one
        for one in self._of(_SPARSE):
            for part in fields(one.value):
                if (part.number, part.wire) == (_SPARSE_VALUES, BYTES):
                    yield _name_of(part.value, _TENSOR_NAME), one

    def _file(
        self,
        nodes: Iterable[Node],
        inputs: Iterable[Field],
        outputs: Iterable[str],
        read: Collection[str] | None = None,
    ) -> bytes:
        """A file with these operators; of stored values it holds those that are read."""
        changed = {_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SIZES, _SPARSE}
        graph = [
            *(of_bytes(_NODE, bytes(node.message)) for node in nodes),
            *(one for name, one in self._initializers.items() if read is None or name in read),
            *inputs,
            *(of_bytes(_OUTPUT, written([of_bytes(_NAME, name)])) for name in outputs),
            *(one for one in self._graph if one.number not in changed),
        ]
        model = [one for one in self._model if one.number not in (_IR_VERSION, _GRAPH)]
        version = max([_PLAIN_IR, *_wholes(self._model, _IR_VERSION)])
        return written([of_whole(_IR_VERSION, version), *model, of_bytes(_GRAPH, written(graph))])


def _needed(nodes: Sequence[Node], names: Collection[str], given: Collection[str]) -> list[Node]:
    """The operators that these values depend on, as far as no value is given."""
    wanted, found = set(names), list[Node]()
    for node in reversed(nodes):
        if wanted & (set(node.outputs) - set(given)):
            found.append(node)
            wanted |= set(node.inputs)
    return found[::-1]


def _in_place_of(node: Node, replaced: dict[str, Norm]) -> list[Node]:
    norm = replaced.get(node.outputs[0]) if node.outputs else None
    return [node] if norm is None else norm.as_nodes()


def _read_node(message: memoryview) -> Node:
    inputs: list[str] = []
    outputs: list[str] = []
    kind = ""
    for one in fields(message):
        if one.wire != BYTES:
            continue
        if one.number == _NODE_INPUT:
            inputs.append(one.text())
        elif one.number == _NODE_OUTPUT:
            outputs.append(one.text())
        elif one.number == _KIND:
            kind = one.text()
        elif one.number == _ATTRIBUTE:
            inputs += _taken_inside(one.value)
    return Node(kind, tuple(inputs), tuple(outputs), message)


def _taken_inside(attribute: memoryview) -> Iterator[str]:
    """What graphs inside of an operator take: by name, from anywhere around them."""
    for one in fields(attribute):
        if one.wire == BYTES and one.number in (_INNER, _INNERS):
            for part in fields(one.value):
                if (part.number, part.wire) == (_NODE, BYTES):
                    yield from _read_node(part.value).inputs
                if (part.number, part.wire) == (_OUTPUT, BYTES):
                    yield _name_of(part.value)


def _read_norm(node: Node) -> Norm | None:
    if node.kind != _INSTANCE_NORM or len(node.inputs) != 3 or len(node.outputs) != 1:
        return None
    epsilon = _EPSILON
    for one in fields(node.message):
        if (one.number, one.wire) == (_ATTRIBUTE, BYTES) and _name_of(one.value) == "epsilon":
            for part in fields(one.value):
                if (part.number, part.wire) == (_FLOAT, FIXED32):
                    epsilon = struct.unpack("<f", part.value)[0]
    return Norm(*node.inputs, node.outputs[0], epsilon)


def _node(kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> Node:
    parts = [of_bytes(_NODE_INPUT, name) for name in inputs]
    parts += [of_bytes(_NODE_OUTPUT, name) for name in outputs]
    return Node(kind, tuple(inputs), tuple(outputs), written([*parts, of_bytes(_KIND, kind)]))


def _typed(name: str) -> Field:
    """An input of float32 whose shape is known when it is given."""
    tensor = written([of_bytes(_TENSOR_TYPE, written([of_whole(_ELEMENT, _FLOAT32)]))])
    return of_bytes(_INPUT, written([of_bytes(_NAME, name), of_bytes(_TYPE, tensor)]))


def _with_free_sizes(value: Field) -> Field:
    """An input (N, C, H, W) or (N, H, W, C) as it is, but with any H and W."""

    def of_shape(shape: memoryview) -> bytes:
        dims = [one for one in fields(shape) if (one.number, one.wire) == (_DIM, BYTES)]
        if len(dims) != 4:
            raise ValueError("an input that is no picture")
        kept = {0, 3} if _wholes(fields(dims[3].value), _DIM) == [3] else {0, 1}
        free = of_bytes(_DIM, b"")
        return written(one if at in kept else free for at, one in enumerate(dims))

    def inside(message: memoryview, numbers: Sequence[int]) -> bytes:
        if not numbers:
            return of_shape(message)
        number, *deeper = numbers
        return written(
            of_bytes(number, inside(one.value, deeper))
            if (one.number, one.wire) == (number, BYTES)
            else one
            for one in fields(message)
        )

    return of_bytes(value.number, inside(value.value, (_TYPE, _TENSOR_TYPE, _SHAPE)))


def _name_of(message: memoryview, number: int = _NAME) -> str:
    names = [one.text() for one in fields(message) if (one.number, one.wire) == (number, BYTES)]
    return names[-1] if names else ""


def _wholes(message: Iterable[Field], number: int) -> list[int]:
    return [one.whole() for one in message if (one.number, one.wire) == (number, VARINT)]
