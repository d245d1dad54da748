"""Directories of tags, which TIFF files and EXIF blocks are made of (TIFF 6.0, BigTIFF)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Values: TypeAlias = tuple[int, ...] | bytes

_MOST_DIRECTORIES = 64
_MOST_ENTRIES = 4096
# Rationals and floats are of no use here.
_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 6: "b", 7: "s", 8: "h", 9: "i", 13: "I"}
_TYPES_BIG = {**_TYPES, 16: "Q", 17: "q", 18: "Q"}
_SUB_DIRECTORIES = 330


@dataclass(frozen=True)
class Directory:
    """One directory.

    Attributes:
        start: where it lies in the file.
        tags: the values of each tag.
        places: where the values of each lie, and how ``struct`` calls their type.
    """

    start: int
    tags: Mapping[int, Values] = field(repr=False)
    places: Mapping[int, tuple[int, str]] = field(repr=False)

    def values(self, tag: int, default: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The numbers of a tag."""
        found = self.tags.get(tag, default)
        return tuple(found) if found else default

    def value(self, tag: int, default: int) -> int:
        """The first number of a tag."""
        return self.values(tag, (default,))[0]

    def bytes(self, tag: int) -> bytes:
        """The numbers of a tag as bytes; empty where they are none."""
        found = self.tags.get(tag, b"")
        return found if isinstance(found, bytes) else b""


@dataclass(frozen=True)
class TagFile:
    """A TIFF file, or an EXIF block, which is one without a picture."""

    data: bytes = field(repr=False)
    order: str
    big: bool

    @classmethod
    def of(cls, data: bytes) -> TagFile | None:
        """The file, or None where the bytes are none."""
        order = {b"II": "<", b"MM": ">"}.get(data[:2])
        if order is None or len(data) < 8:
            return None
        (magic,) = struct.unpack_from(f"{order}H", data, 2)
        if magic not in (42, 43) or (magic == 43 and len(data) < 16):
            return None
        return cls(data, order, magic == 43)

    def chain(self) -> list[Directory]:
        """The directories that follow one another from the first."""
        return list(self._from(self._unpack(*self._first)))

    def below(self, directory: Directory) -> list[Directory]:
        """The directories that one names as its own, such as those of its smaller copies."""
        places = directory.values(_SUB_DIRECTORIES)[:_MOST_DIRECTORIES]
        return [found for place in places if (found := self.directory(place)) is not None]

    def directory(self, start: int) -> Directory | None:
        """The directory at a place, or None where there is none."""
        return next(self._from(start), None)

    def beginning_with(self, directory: Directory, changes: Mapping[int, int]) -> bytes | bytearray:
        """The file with a directory as its first, and other numbers in some of its tags."""
        letter, at = self._first
        writes = (
            [(letter, at, directory.start)] if self._unpack(letter, at) != directory.start else []
        )
        for tag, number in changes.items():
            if tag in directory.places and directory.value(tag, number) != number:
                place, kind = directory.places[tag]
                writes.append((kind, place, number))
        if not writes:
            return self.data
        copy = bytearray(self.data)
        for kind, place, number in writes:
            struct.pack_into(f"{self.order}{kind}", copy, place, number)
        return copy

    @property
    def _first(self) -> tuple[str, int]:
        """The type and the place of the number that says where the first directory lies."""
        return ("Q", 8) if self.big else ("I", 4)

    def _from(self, start: int) -> Iterator[Directory]:
        seen: set[int] = set()
        count_of, step, next_of = ("Q", 20, "Q") if self.big else ("H", 12, "I")
        while start and start not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(start)
            try:
                count = self._unpack(count_of, start)
                first = start + struct.calcsize(f"={count_of}")
                if count > _MOST_ENTRIES:
                    return
                yield self._directory(start, (first + step * i for i in range(count)))
                start = self._unpack(next_of, first + step * count)
            except struct.error:
                return

    def _directory(self, start: int, entries: Iterable[int]) -> Directory:
        tags: dict[int, Values] = {}
        places: dict[int, tuple[int, str]] = {}
        for at in entries:
            tag, kind = struct.unpack_from(f"{self.order}HH", self.data, at)
            count = self._unpack("Q" if self.big else "I", at + 4)
            letter = (_TYPES_BIG if self.big else _TYPES).get(kind)
            if letter is None or tag in tags:
                continue
            place = self._place(at, struct.calcsize(f"={letter}") * count)
            if place is None:
                continue
            places[tag] = place, letter
            if letter == "s":
                tags[tag] = self.data[place : place + count]
            else:
                tags[tag] = struct.unpack_from(f"{self.order}{count}{letter}", self.data, place)
        return Directory(start, tags, places)

    def _place(self, entry: int, size: int) -> int | None:
        """Where the values of an entry lie; None for outside the file."""
        room, letter = (8, "Q") if self.big else (4, "I")
        place = entry + 4 + room
        if size > room:
            place = self._unpack(letter, place)
        return place if place + size <= len(self.data) else None

    def _unpack(self, letter: str, at: int) -> int:
        if at > len(self.data):  # too large a number is no struct.error
            raise struct.error
        return struct.unpack_from(f"{self.order}{letter}", self.data, at)[0]
