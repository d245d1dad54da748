"""Exif: what a camera and its owner noted, in the form of TIFF's directories (Exif 2.32, §4.5–4.6).

Read from either byte order, written in little-endian. What depends on the places of bytes, such as
a thumbnail or a maker's own notes, is not carried along, nor what describes the pixels of a file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from mmap import mmap
from typing import TypeAlias

import numpy as np

DESCRIPTION, MAKE, MODEL, SOFTWARE, DATE, ARTIST, COPYRIGHT = (
    *(0x010E, 0x010F, 0x0110, 0x0131, 0x0132),
    *(0x013B, 0x8298),
)
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
VERSION, COLOR_SPACE, WIDTH, HEIGHT = 0x9000, 0xA001, 0xA002, 0xA003
_CAMERA, _PLACE = 0x8769, 0x8825
ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 2, 3, 4, 5, 7

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_WORDS = {3: 2, 8: 2, 4: 4, 9: 4, 11: 4, 5: 4, 10: 4, 12: 8}
_LARGEST = 16384
"""Bytes: no note that a person reads is longer."""

_OF_MAIN = {
    *(DESCRIPTION, MAKE, MODEL, SOFTWARE, DATE, ARTIST, COPYRIGHT),
    *(X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT),
    *(0x010D, 0x013C, 0x4746, 0x4749),  # document name, host computer, rating
    *range(0x9C9B, 0x9CA0),  # what Windows adds: title, comment, author, keywords, subject
}
"""All else in the main directory says how the pixels of that file lie."""

_NOT_OF_CAMERA = {
    *(0x927C, 0xA005, 0xEA1C, 0xEA1D),  # a maker's notes, interoperability, padding
    *(COLOR_SPACE, WIDTH, HEIGHT, 0x9101, 0x9102, 0xA500),  # of the pixels
}

Directory: TypeAlias = Mapping[int, "Field"]


@dataclass(frozen=True)
class Field:
    """A value: its type, how many of them there are, and their bytes in little-endian."""

    kind: int
    count: int
    data: bytes

    def text(self) -> str:
        """The value of a text."""
        data = self.data.split(b"\0", 1)[0]
        try:
            return data.decode("utf-8").strip()
        except UnicodeDecodeError:
            return data.decode("latin-1").strip()

    def number(self) -> float | None:
        """The first number of it, where it is one that a resolution may be given in."""
        if self.kind in (SHORT, LONG):
            return float(int.from_bytes(self.data[: _SIZES[self.kind]], "little"))
        if self.kind != RATIONAL or len(self.data) < 8:
            return None
        top, bottom = struct.unpack("<2I", self.data[:8])
        return top / bottom if bottom else None


@dataclass(frozen=True)
class Exif:
    """The three directories that are carried along.

    Attributes:
        main: who, what, when, and how many dots per inch.
        camera: how the picture was taken.
        place: where.
    """

    main: Directory = field(default_factory=dict[int, Field])
    camera: Directory = field(default_factory=dict[int, Field])
    place: Directory = field(default_factory=dict[int, Field])

    def __bool__(self) -> bool:
        return bool(self.main or self.camera or self.place)


def text_field(text: str) -> Field:
    """A text, as Exif has it."""
    data = text.encode("utf-8", "replace") + b"\0"
    return Field(ASCII, len(data), data)


def short_field(number: int) -> Field:
    """A whole number of 16 bits."""
    return Field(SHORT, 1, struct.pack("<H", number))


def parse(data: bytes) -> Exif:
    """Read what starts with TIFF's header; what lies outside of the data is left out.

    Raises:
        ValueError: for what is no such data.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        raise ValueError("no TIFF header")
    main = dict(_fields(data, order, _long(data, order, 4)))
    found: dict[int, dict[int, Field]] = {}
    for pointer in (_CAMERA, _PLACE):
        at = main.get(pointer)
        there = at is not None and at.kind == LONG and at.count == 1
        start = int.from_bytes(at.data, "little") if at is not None and there else len(data)
        found[pointer] = dict(_fields(data, order, start))
    return Exif(
        {tag: one for tag, one in main.items() if tag in _OF_MAIN},
        {tag: one for tag, one in found[_CAMERA].items() if tag not in _NOT_OF_CAMERA},
        found[_PLACE],
    )


def build(exif: Exif, most: int = 1 << 20) -> bytes:
    """Write the directories as a block of Exif, of at most so many bytes: the largest values go."""
    while True:
        data = b"II*\0\x08\0\0\0" + laid_out(exif, 8)
        if len(data) <= most:
            return data
        exif = _without_largest(exif)


def laid_out(
    exif: Exif, at: int, others: Mapping[int, bytes] | None = None, after: int = 0
) -> bytes:
    """The directories, one after another, as they lie from a place of a file on.

    Args:
        exif: what they hold.
        at: the offset of the first.
        others: further entries of the main directory, as 12 bytes each, by their tags.
        after: the offset of the directory that follows the main one.
    """
    others = {tag: entry for tag, entry in (others or {}).items() if tag not in exif.main}
    parts = {tag: one for tag, one in ((_CAMERA, exif.camera), (_PLACE, exif.place)) if one}
    pointers = {tag: Field(LONG, 1, bytes(4)) for tag in parts}
    length = len(_written({**exif.main, **pointers}, at, others, after))
    written: list[bytes] = []
    for tag, directory in parts.items():
        pointers[tag] = Field(LONG, 1, struct.pack("<I", at + length + sum(map(len, written))))
        written.append(_written(directory, at + length + sum(map(len, written)), {}, 0))
    return b"".join([_written({**exif.main, **pointers}, at, others, after), *written])


def entries(data: bytes | mmap) -> tuple[dict[int, bytes], int]:
    """The entries of a little-endian TIFF's main directory as they lie, and what follows it.

    Raises:
        ValueError: for what is no such file.
    """
    at = _long(data, "<", 4)
    if data[:4] != b"II*\0" or at + 2 > len(data):
        raise ValueError("no little-endian TIFF")
    count = int.from_bytes(data[at : at + 2], "little")
    end = at + 2 + 12 * count
    if end + 4 > len(data):
        raise ValueError("the directory is cut short")
    found = [data[place : place + 12] for place in range(at + 2, end, 12)]
    return {int.from_bytes(one[:2], "little"): one for one in found}, _long(data, "<", end)


def value(data: bytes, tag: int) -> bytes:
    """The bytes of one entry of the main directory, or none."""
    order = "<" if data[:2] == b"II" else ">"
    at = _long(data, order, 4)
    count = int.from_bytes(data[at : at + 2], "little" if order == "<" else "big")
    for entry in range(at + 2, min(at + 2 + 12 * count, len(data) - 11), 12):
        found, kind, number = struct.unpack_from(f"{order}2HI", data, entry)
        length = _SIZES.get(kind, 0) * number
        if found == tag and length > 4:
            start = _long(data, order, entry + 8)
            return data[start : start + length]
    return b""


def _fields(data: bytes, order: str, at: int) -> Iterator[tuple[int, Field]]:
    count = int.from_bytes(data[at : at + 2], "little" if order == "<" else "big")
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        if entry + 12 > len(data):
            return
        tag, kind, number = struct.unpack_from(f"{order}2HI", data, entry)
        length = _SIZES.get(kind, 0) * number
        place = entry + 8 if length <= 4 else _long(data, order, entry + 8)
        if 0 < length <= _LARGEST and place + length <= len(data):
            yield tag, Field(kind, number, _swapped(data[place : place + length], kind, order))


def _swapped(value: bytes, kind: int, order: str) -> bytes:
    if order == "<" or kind not in _WORDS:
        return value
    return np.frombuffer(value, f">u{_WORDS[kind]}").astype(f"<u{_WORDS[kind]}").tobytes()


def _written(directory: Directory, at: int, others: Mapping[int, bytes], after: int) -> bytes:
    count = len(directory) + len(others)
    values, found = b"", dict(others)
    for tag, one in directory.items():
        place = one.data.ljust(4, b"\0")
        if len(one.data) > 4:
            place = struct.pack("<I", at + 2 + 12 * count + 4 + len(values))
            values += one.data + b"\0" * (len(one.data) % 2)
        found[tag] = struct.pack("<2HI", tag, one.kind, one.count) + place
    lines = b"".join(found[tag] for tag in sorted(found))
    return struct.pack("<H", count) + lines + struct.pack("<I", after) + values


def _without_largest(exif: Exif) -> Exif:
    parts = [dict(part) for part in (exif.main, exif.camera, exif.place)]
    largest = max(parts, key=lambda part: max((len(one.data) for one in part.values()), default=0))
    del largest[max(largest, key=lambda tag: len(largest[tag].data))]
    return Exif(*parts)


def _long(data: bytes | mmap, order: str, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little" if order == "<" else "big")
