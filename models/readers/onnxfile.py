"""Weights in ONNX graphs, such as those of the ONNX Model Zoo: the chain from the input on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...errors import ModelError
from .architecture import Architecture
from .naming import Network
from .tensors import Array, Stored

MAGIC = b"\x08"
"""What an ONNX model starts with: the tag of the format's version, its first field."""

_OPERATORS = {"conv": ("Conv",), "relu": ("Relu",), "pool": ("MaxPool", "AveragePool")}

_PLAIN: dict[str, Any] = {"pads": [0] * 4, "strides": [1, 1], "dilations": [1, 1], "group": 1}
"""What the attributes are where a node does not say."""

_ATTRIBUTES = {
    "conv": _PLAIN | {"kernel_shape": [3, 3], "pads": [1] * 4},
    "relu": {},
    "pool": _PLAIN | {"kernel_shape": [2, 2], "strides": [2, 2]},
}


def read_onnx(file: BinaryIO, architecture: Architecture) -> Network:
    """The convolutions of an open model; the weights themselves must tell their colour order.

    Raises:
        ModelError: where the file is damaged, keeps its weights in other files, or does not
            start with the layers of the architecture.
    """
    graph = _load(file).graph
    initializers = {item.name: item for item in graph.initializer}
    nodes = _chain(graph, initializers)
    found: dict[str, tuple[Stored, Stored]] = {}
    for wanted, name in architecture.sequence:
        node = next(nodes, None)
        operator = node.op_type if node is not None else "nothing"
        if operator not in _OPERATORS[wanted]:
            raise ModelError(f"not {architecture.name}: {operator[:30]} where {name} should be")
        _check_attributes(node, name, _ATTRIBUTES[wanted])
        if wanted == "conv":
            found[name] = _convolution(node, name, initializers)
    return Network(found, None)


def _load(file: BinaryIO) -> Any:
    import onnx

    file.seek(0)
    try:
        return onnx.load_model_from_string(file.read())
    except Exception as error:  # Of protobuf, which is no dependency of ours.
        raise ModelError(f"no ONNX model, or a damaged one: {error}") from None


def _chain(graph: Any, initializers: dict[str, Any]) -> Iterator[Any]:
    """The nodes from the only input on, as long as each result goes to one node alone."""
    inputs = [item.name for item in graph.input if item.name not in initializers]
    if len(inputs) != 1:
        raise ModelError(f"of another kind: a graph with {len(inputs)} inputs instead of one")
    consumers: defaultdict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        for name in node.input[:1]:
            consumers[name].append(node)
    name = inputs[0]
    for _ in graph.node:
        if len(consumers[name]) != 1 or not consumers[name][0].output:
            return
        node = consumers[name][0]
        yield node
        name = node.output[0]


def _check_attributes(node: Any, name: str, wanted: dict[str, Any]) -> None:
    attributes = {item.name: list(item.ints) or item.i for item in node.attribute}
    for key, value in wanted.items():
        found = attributes.get(key, _PLAIN.get(key, value))
        if found != value:
            raise ModelError(f"of another kind: {name} has {key} {str(found)[:30]}, not {value}")


def _convolution(node: Any, name: str, initializers: dict[str, Any]) -> tuple[Stored, Stored]:
    if len(node.input) != 3 or not all(item in initializers for item in node.input[1:]):
        raise ModelError(f"incomplete: the weights of {name} are not stored with the graph")
    kernel, bias = (_stored(initializers[item], name) for item in node.input[1:])
    return kernel, bias


def _stored(tensor: Any, name: str) -> Stored:
    from onnx import TensorProto, numpy_helper

    if tensor.data_location == TensorProto.EXTERNAL:
        raise ModelError("incomplete: its weights lie in another file; save it as one file")

    def read() -> Array:
        try:
            return numpy_helper.to_array(tensor)
        except Exception as error:  # onnx raises whatever numpy comes up with.
            raise ModelError(f"damaged: {name}: {error}") from None

    return Stored(tuple(tensor.dims), read)
