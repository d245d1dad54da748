"""Which files an ONNX graph wants to read, found without the onnx package.

An ``.onnx`` file is a protobuf message. The walk goes only into fields that can hold a tensor, and
collects the ``location`` of every tensor whose data lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from .protobuf import BYTES, fields

# Message → field number → message, from onnx.proto; what is left out holds no tensor.
_INSIDE = {
    "Model": {7: "Graph", 20: "Training", 25: "Function"},
    "Training": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {
        **{5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph"},
        **{22: "SparseTensor", 23: "SparseTensor"},
    },
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {13: "Entry"},
    "Entry": {},
}
_KEY, _VALUE, _LOCATION = 1, 2, "location"
_DEEPEST = 64


def external_files(model: bytes) -> set[str]:
    """The locations that the tensors of a serialized model name.

    Raises:
        ValueError: for bytes that are no protobuf message, or one that is nested too deep.
    """
    return set(_locations(memoryview(model), "Model", 0))


def _locations(message: memoryview, kind: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("its graphs are nested too deep")
    if kind == "Entry":
        entry = {one.number: one.text() for one in fields(message) if one.wire == BYTES}
        if entry.get(_KEY) == _LOCATION:
            yield entry.get(_VALUE, "")
        return
    for one in fields(message):
        inside = _INSIDE[kind].get(one.number)
        if one.wire == BYTES and inside and _is_worth_it(one.value, depth + 1):
            yield from _locations(one.value, inside, depth + 1)


def _is_worth_it(message: memoryview, depth: int) -> bool:
    """Whether it may have a location, or nest too deep, which takes two bytes a time."""
    return len(message) > 2 * (_DEEPEST - depth) or _LOCATION.encode() in bytes(message)
