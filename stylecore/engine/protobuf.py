"""Messages of Protocol Buffers, which ONNX files are made of: read and written field by field.

What the fields of a message mean is for whoever reads it to know. Written as its specification has
it: https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_SIZES = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """A field as it lies in a message.

    Attributes:
        number: which field.
        wire: how its value is written: as a varint, in 4 or 8 bytes, or as bytes with a length.
        value: these bytes; of a varint those of the number itself.
    """

    number: int
    wire: int
    value: memoryview

    def whole(self) -> int:
        """The number that a varint holds."""
        return _varint(self.value, 0)[0]

    def text(self) -> str:
        """The text that bytes hold."""
        return bytes(self.value).decode("utf-8", "backslashreplace")


def fields(message: memoryview | bytes) -> Iterator[Field]:
    """The fields of a message, in the order in which they lie.

    Raises:
        ValueError: for bytes that are no message.
    """
    message, at = memoryview(message), 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if tag >= 1 << 32 or wire not in (VARINT, BYTES, *_SIZES):
            raise ValueError("no ONNX model")
        if wire == VARINT:
            size = _varint(message, at)[1] - at
        elif wire == BYTES:
            size, at = _varint(message, at)
        else:
            size = _SIZES[wire]
        if size > len(message) - at:
            raise ValueError("an ONNX model that was cut off")
        yield Field(number, wire, message[at : at + size])
        at += size


def written(parts: Iterable[Field]) -> bytes:
    """The message that has these fields."""
    found: list[bytes | memoryview] = []
    for part in parts:
        found.append(_as_varint(part.number << 3 | part.wire))
        if part.wire == BYTES:
            found.append(_as_varint(len(part.value)))
        found.append(part.value)
    return b"".join(found)


def of_bytes(number: int, value: bytes | str) -> Field:
    """A field that holds a text, bytes or a message."""
    data = value.encode("utf-8") if isinstance(value, str) else value
    return Field(number, BYTES, memoryview(data))


def of_whole(number: int, value: int) -> Field:
    """A field that holds a whole number from 0."""
    return Field(number, VARINT, memoryview(_as_varint(value)))


def _as_varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


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
