"""An ONNX file as a graph that can be cut: parts of it, and sizes set free, as new files in memory.

Field numbers are those of onnx.proto. What is not understood is carried along as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from ..engine.protobuf import BYTES, VARINT, Field, fields, of_bytes, of_whole, written
from .nodes import Node, make_node, name_of, read_node, wholes_in
from .summaries import Summary, constants_of, summary_of

_IR_VERSION, _GRAPH = 1, 7
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SIZES, _SPARSE = 1, 5, 11, 12, 13, 15
_NAME, _TENSOR_NAME, _SPARSE_VALUES = 1, 8, 1
_TYPE, _TENSOR_TYPE, _ELEMENT, _SHAPE, _DIM = 2, 1, 1, 2, 1
_FLOAT32 = 1
_MOST_PARTS = 10_000
"""Operators and weights that a network may have, so that what looks at each of them ends."""

_PLAIN_IR = 4
"""From this version on, initializers are constants unless they are listed as inputs."""

_UNRANKED: Mapping[str, int] = MappingProxyType({})


class Graph:
    """The graph of an ONNX file.

    Attributes:
        nodes: its operators, each behind those that it depends on.
        inputs: the names of what it is given.
        outputs: the names of what it returns.
        summaries: what it says of the whole picture, in the same order.

    Args:
        model: the file.

    Raises:
        ValueError: for bytes that are no ONNX file.
    """

    def __init__(self, model: bytes) -> None:
        self._model = _some(fields(model))
        # Protobuf merges messages that occur twice.
        self._graph = _some(
            part
            for one in self._model
            if (one.number, one.wire) == (_GRAPH, BYTES)
            for part in fields(one.value)
        )
        self._initializers = dict(self._stored())
        self.nodes = [read_node(one.value) for one in self._of(_NODE)]
        names = [name_of(one.value) for one in self._of(_INPUT)]
        self.inputs = tuple(name for name in names if name not in self._initializers)
        self.outputs = tuple(name_of(one.value) for one in self._of(_OUTPUT))
        wholes = constants_of(self.nodes) | self._wholes()
        found = (summary_of(node, wholes) for node in self.nodes)
        self.summaries = [one for one in found if one is not None]

    def freed(self) -> bytes:
        """The file for any height and width, and one picture or several at a time.

        Raises:
            ValueError: for an input whose shape cannot be read.
        """
        inputs = [
            _with_free_sizes(one) for one in self._of(_INPUT) if name_of(one.value) in self.inputs
        ]
        return self._file(self.nodes, inputs, self.outputs)

    def cut(
        self,
        outputs: Sequence[str],
        known: Collection[str] = (),
        summed: Iterable[Summary] = (),
        ranks: Mapping[str, int] = _UNRANKED,
    ) -> bytes:
        """The part of the graph that gives some of its values, as a file.

        Args:
            outputs: the names of these values.
            known: values that are given instead of computed, as float32.
            summed: the summaries whose numbers are given as well.
            ranks: how many axes given values have, by name, where that is known: OpenVINO reads no
                convolution of a value without.
        """
        given = {*known, *(name for one in summed for name in one.given)}
        replaced = {one.output: one for one in summed}
        nodes = [part for node in self.nodes for part in _in_place_of(node, replaced)]
        made = {name for node in nodes for name in node.outputs if name not in given}
        names = [name if name in made else f"{name}/copy" for name in outputs]
        nodes += [make_node("Identity", (name,), (f"{name}/copy",)) for name in {*outputs} - made]
        nodes = _needed(nodes, names, given)
        read = {name for node in nodes for name in node.inputs}
        inputs = [
            _with_free_sizes(one)
            for one in self._of(_INPUT)
            if (name := name_of(one.value)) in self.inputs and name in read - given
        ]
        inputs += [_typed(name, ranks.get(name)) for name in sorted(given & read)]
        return self._file(nodes, inputs, names, read)

    def _of(self, number: int) -> Iterator[Field]:
        return (one for one in self._graph if (one.number, one.wire) == (number, BYTES))

    def _stored(self) -> Iterator[tuple[str, Field]]:
        """The values that the file holds, by their names."""
        for one in self._of(_INITIALIZER):
            yield name_of(one.value, _TENSOR_NAME), one
        for one in self._of(_SPARSE):
            for part in fields(one.value):
                if (part.number, part.wire) == (_SPARSE_VALUES, BYTES):
                    yield name_of(part.value, _TENSOR_NAME), one

    def _wholes(self) -> dict[str, list[int]]:
        """Of these the lists of a few whole numbers."""
        found: dict[str, list[int]] = {}
        for name, one in self._initializers.items():
            if one.number == _INITIALIZER and len(one.value) < 1 << 10:
                wholes = wholes_in(one.value)
                if wholes is not None:
                    found[name] = wholes
        return found

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


def _some(parts: Iterable[Field]) -> list[Field]:
    found = list(islice(parts, _MOST_PARTS + 1))
    if len(found) > _MOST_PARTS:
        raise ValueError(f"it has more than {_MOST_PARTS} parts")
    return found


def _needed(nodes: Sequence[Node], names: Collection[str], given: Collection[str]) -> list[Node]:
    """The operators that these values depend on, as far as no value is given."""
    wanted, found = set(names), list[Node]()
    for node in reversed(nodes):
        if wanted & (set(node.outputs) - set(given)):
            found.append(node)
            wanted |= set(node.inputs)
    return found[::-1]


def _in_place_of(node: Node, replaced: dict[str, Summary]) -> list[Node]:
    summary = replaced.get(node.outputs[0]) if node.outputs else None
    return [node] if summary is None else summary.in_its_place()


def _typed(name: str, rank: int | None) -> Field:
    """An input of float32 whose sizes are known when it is given, or all of its shape."""
    tensor = [of_whole(_ELEMENT, _FLOAT32)]
    if rank is not None:
        tensor.append(of_bytes(_SHAPE, written([of_bytes(_DIM, b"")] * rank)))
    of_tensor = written([of_bytes(_TENSOR_TYPE, written(tensor))])
    return of_bytes(_INPUT, written([of_bytes(_NAME, name), of_bytes(_TYPE, of_tensor)]))


def _with_free_sizes(value: Field) -> Field:
    """An input (N, C, H, W) or (N, H, W, C) as it is, but with any H and W, and N but for 1."""

    def of_shape(shape: memoryview) -> bytes:
        dims = [one for one in fields(shape) if (one.number, one.wire) == (_DIM, BYTES)]
        if len(dims) != 4:
            raise ValueError("an input that is no picture")
        sizes = [_wholes(fields(one.value), _DIM) for one in dims]
        kept = {3 if sizes[3] == [3] else 1, *([0] if sizes[0] == [1] else [])}
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


def _wholes(message: Iterable[Field], number: int) -> list[int]:
    return [one.whole() for one in message if (one.number, one.wire) == (number, VARINT)]
