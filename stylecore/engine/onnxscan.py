"""Which files an ONNX graph wants to read, found without the onnx package.

An ``.onnx`` file is a protobuf message. The walk goes only into fields that can hold a tensor, and
collects the ``location`` of every tensor whose data lies elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

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
_KEY, _VALUE = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
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
        entry = {number: bytes(value) for number, value in _fields(message)}
        if entry.get(_KEY) == b"location":
            yield entry.get(_VALUE, b"").decode("utf-8", "backslashreplace")
        return
    for number, value in _fields(message):
        if inside := _INSIDE[kind].get(number):
            yield from _locations(value, inside, depth + 1)


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of every field that has a length; the others are skipped."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        wire, size = tag & 7, 0
        if wire == _VARINT:
            _, at = _varint(message, at)
        elif wire == _BYTES:
            size, at = _varint(message, at)
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("no ONNX model")
        if tag >= 1 << 32:
            raise ValueError("no ONNX model")
        if size > len(message) - at:
            raise ValueError("an ONNX model that was cut off")
        if wire == _BYTES:
            yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("an ONNX model that was cut off")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no ONNX model")
