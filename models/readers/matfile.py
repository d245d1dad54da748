"""Reads MATLAB's MAT-file, version 5: cells, structs, text and numbers, within bounds.

Every variable is an element: a type, a length, and its content, perhaps compressed. A matrix is an
element of elements: flags, dimensions, name, and then what its class says. Numbers stay in the
file until they are asked for. See MathWorks, "MAT-File Format", chapter 1.

``scipy.io.loadmat`` does not stand the fuzzing of ``tests/models/readers/test_matfile.py``. Seen
with scipy 1.17: one byte of a number's type changed ends the process (it is looked up beyond the
end of a table), and so do cells nested 100,000 deep; 288 bytes that claim 2²⁸ cells take 2 GB, and
1.5 MB that inflate to 1.5 GB are inflated.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias, Union

import numpy as np

from ...errors import ModelError
from .tensors import Stored, size_of, span_at

MAGIC = b"MATLAB 5.0 MAT-file"
"""What a file of this version starts with."""

Value: TypeAlias = Union[str, Stored, list["Value"], dict[str, "Value"], None]  # noqa: UP007
"""An array of numbers, text, the items of a cell array, or the fields of a struct."""

_HEADER = 128
_LARGEST = 1 << 30  # bytes after decompression; VGG-19 with its top layers has 575 million
_DEEPEST = 12

_COMPRESSED, _MATRIX = 15, 14
_CELL, _STRUCT, _TEXT = 1, 2, 4
_NUMBERS = range(6, 16)  # matrix classes
_TYPES = {
    1: "|i1", 2: "|u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4",
    7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8", 16: "|u1", 17: "<u2",
}  # fmt: skip


@dataclass
class _Cursor:
    """A place in an open file, and the end of what may be read there."""

    file: BinaryIO
    position: int
    end: int

    def element(self) -> tuple[int, _Cursor]:
        """The next element's type and content; moves behind it."""
        kind, length = struct.unpack("<II", self.take(8))
        if kind >> 16:  # Four bytes or less of content share the eight bytes of the tag.
            kind, length, start = kind & 0xFFFF, kind >> 16, self.position - 4
            inside = _Cursor(self.file, start, start + length)
            fits = length <= 4
        else:
            inside = _Cursor(self.file, self.position, self.position + length)
            self.position += length if kind == _COMPRESSED else -(-length // 8) * 8
            fits = inside.end <= self.end
        if not fits:
            raise ModelError("cut off or damaged: an element reaches beyond its place")
        return kind, inside

    def take(self, count: int) -> bytes:
        if self.position + count > self.end:
            raise ModelError("cut off or damaged: it ends within an element")
        self.file.seek(self.position)
        self.position += count
        return self.file.read(count)

    def rest(self) -> bytes:
        return self.take(self.end - self.position)


def read_variables(file: BinaryIO, names: Collection[str]) -> dict[str, Value]:
    """The variables of these names in an open file; others are passed over.

    Raises:
        ModelError: where the file is damaged or too large.
    """
    size = size_of(file)
    file.seek(0)
    if not file.read(_HEADER).endswith(b"IM") or size < _HEADER:
        raise ModelError("a MAT-file that is cut off, or of a big-endian machine")
    top = _Cursor(file, _HEADER, size)
    found: dict[str, Value] = {}
    room = _LARGEST
    while top.position < size:
        kind, content = top.element()
        if kind == _COMPRESSED:
            kind, content = _inflated(content, room)
            room -= content.end
        if kind == _MATRIX:
            flags, dimensions, name = _matrix_head(content)
            if name in names:
                found[name] = _content(flags, dimensions, content, 0)
    return found


def _inflated(content: _Cursor, room: int) -> tuple[int, _Cursor]:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(content.rest(), max(room, 1))
    except zlib.error as error:
        raise ModelError(f"damaged: {error}") from None
    if not stream.eof:
        raise ModelError(f"damaged, or it holds more than {_LARGEST} bytes")
    return _Cursor(io.BytesIO(data), 0, len(data)).element()


def _matrix_head(content: _Cursor) -> tuple[int, tuple[int, ...], str]:
    flags = content.element()[1].take(4)
    dimensions = content.element()[1].rest()
    if not 8 <= len(dimensions) <= 32 or len(dimensions) % 4:
        raise ModelError("damaged: an array without dimensions")
    shape = struct.unpack(f"<{len(dimensions) // 4}i", dimensions)
    if min(shape) < 0:
        raise ModelError(f"damaged: an array of shape {shape}")
    return flags[0], shape, content.element()[1].rest().decode("ascii", "replace")


def _matrix(outer: _Cursor, depth: int) -> Value:
    kind, content = outer.element()
    if kind != _MATRIX or depth > _DEEPEST:
        raise ModelError("damaged: something else where an array should be")
    if content.position == content.end:
        return None
    flags, shape, _ = _matrix_head(content)
    return _content(flags, shape, content, depth)


def _content(kind: int, shape: tuple[int, ...], content: _Cursor, depth: int) -> Value:
    if kind in _NUMBERS:
        return _numbers(shape, content)
    if kind == _TEXT:
        return _text(content)
    if kind == _CELL:
        _check_room(math.prod(shape), content)
        return [_matrix(content, depth + 1) for _ in range(math.prod(shape))]
    if kind == _STRUCT:
        return _struct(shape, content, depth)
    return None


def _numbers(shape: tuple[int, ...], content: _Cursor) -> Stored:
    kind, inside = content.element()
    if kind not in _TYPES:
        raise ModelError(f"damaged: numbers of an unknown type {kind}")
    dtype = np.dtype(_TYPES[kind])
    count = math.prod(shape)
    if inside.end - inside.position != count * dtype.itemsize:
        raise ModelError(f"damaged: an array of shape {shape} has another length")
    span = span_at(inside.file, inside.position, count, dtype)
    return Stored(shape, lambda: span.read().reshape(shape, order="F"))


def _text(content: _Cursor) -> str:
    kind, inside = content.element()
    encoding = "utf-16-le" if kind in (4, 17) else "utf-8"
    return inside.rest().decode(encoding, "replace")


def _struct(shape: tuple[int, ...], content: _Cursor, depth: int) -> Value:
    width = int.from_bytes(content.element()[1].rest(), "little")
    joined = content.element()[1].rest()
    if not 1 <= width <= 64:
        raise ModelError("damaged: a struct without field names")
    fields = [
        joined[start : start + width].split(b"\0")[0].decode("ascii", "replace")
        for start in range(0, len(joined), width)
    ]
    count = math.prod(shape) if fields else 0
    _check_room(count * len(fields), content)
    items: list[Value] = [
        {field: _matrix(content, depth + 1) for field in fields} for _ in range(count)
    ]
    return items[0] if count == 1 else items


def _check_room(count: int, content: _Cursor) -> None:
    """Each item takes a tag of eight bytes at least: no more items than that."""
    if count * 8 > content.end - content.position:
        raise ModelError(f"damaged: {count} items in {content.end - content.position} bytes")
