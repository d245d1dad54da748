"""AVIF: its boxes (ISO/IEC 14496-12, 23008-12), which say how it is turned and coloured."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import cv2

from .. import opencv
from ..profiles import cicp
from ..profiles.convert import Colors
from .stored import Pixels, Stored, UnreadableError, from_opencv

_CLOCKWISE = {0: 1, 1: 8, 2: 3, 3: 6}  # quarters anticlockwise as EXIF orientations
_MIRRORED = {1: (4, 2), 8: (5, 7), 3: (2, 4), 6: (7, 5)}  # then rows swapped, or columns
_FULL_BOXES = {b"meta"}


@dataclass(frozen=True)
class Box:
    """A box: what it is called, and its body."""

    name: bytes
    body: bytes


def open_avif(data: bytes) -> Stored:
    """What an AVIF file stores.

    Raises:
        UnreadableError: for one that is damaged, or where this OpenCV does not read AVIF.
    """
    try:
        properties = properties_of(data)
    except (struct.error, StopIteration, IndexError):
        properties = []
    full = _full(properties)
    colors, remarks = _colors(properties)
    return Stored(
        pixels=lambda _: _pixels(data, full),
        orientation=_orientation(properties),
        colors=colors,
        remarks=remarks,
    )


def _pixels(data: bytes, full: int | None) -> Pixels:
    decoded = opencv.decode(data)
    if decoded is None and not opencv.can_read("AVIF"):
        raise UnreadableError(
            f"is AVIF, which OpenCV {cv2.__version__} does not read; convert it to PNG, or install"
            " opencv-python-headless 4.11 or newer"
        )
    return from_opencv(decoded, full)


def properties_of(data: bytes) -> list[Box]:
    """The properties of the primary picture, in the order in which they apply."""
    meta = {box.name: box.body for box in boxes(_body(boxes(data), b"meta")[4:])}
    parts = {box.name: box.body for box in boxes(meta[b"iprp"])} if b"iprp" in meta else {}
    version = meta[b"pitm"][0] if b"pitm" in meta else 0
    primary = struct.unpack_from(">I" if version else ">H", meta.get(b"pitm", bytes(8)), 4)[0]
    every = list(boxes(parts.get(b"ipco", b"")))
    numbers = _associated(parts.get(b"ipma", b""), primary)
    return [every[number - 1] for number in numbers if 0 < number <= len(every)]


def boxes(data: bytes) -> Iterator[Box]:
    """The boxes that lie one after another."""
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if length == 1:
            length = struct.unpack_from(">Q", data, start)[0]
            start += 8
        stop = at + length if length else len(data)
        if stop <= at or stop > len(data):
            return
        yield Box(name, data[start:stop])
        at = stop


def _body(found: Iterator[Box], name: bytes) -> bytes:
    return next(box.body for box in found if box.name == name)


def _associated(data: bytes, item: int) -> list[int]:
    """The numbers of the properties that belong to an item."""
    if len(data) < 8:
        return []
    version, wide = data[0], data[3] & 1
    (count,) = struct.unpack_from(">I", data, 4)
    at = 8
    for _ in range(min(count, len(data))):
        found = struct.unpack_from(">I" if version else ">H", data, at)[0]
        at += 4 if version else 2
        many, at = data[at], at + 1
        step = 2 if wide else 1
        if found == item:
            numbers = struct.unpack_from(f">{many}{'H' if wide else 'B'}", data, at)
            return [number & (0x7FFF if wide else 0x7F) for number in numbers]
        at += many * step
    return []


def _full(properties: list[Box]) -> int | None:
    """The largest value of a channel, where it is not that of 8 or 16 bits."""
    for box in properties:
        if box.name == b"av1C" and len(box.body) > 2 and box.body[2] & 0x40:
            return 4095 if box.body[2] & 0x20 else 1023
    return None


def _orientation(properties: list[Box]) -> int:
    """First turned, then mirrored (MIAF, §7.3.6.7); EXIF has no say."""
    turned = 1
    for box in properties:
        if box.name == b"irot" and box.body:
            turned = _CLOCKWISE[box.body[0] & 3]
        if box.name == b"imir" and box.body:
            return _MIRRORED[turned][box.body[0] & 1]
    return turned


def _colors(properties: list[Box]) -> tuple[Colors, tuple[str, ...]]:
    """An ICC profile before code points."""
    bodies = [box.body for box in properties if box.name == b"colr"]
    for body in bodies:
        if body[:4] in (b"prof", b"rICC"):
            return body[4:], ()
    for body in bodies:
        if body[:4] == b"nclx" and len(body) >= 8:
            primaries, transfer = struct.unpack_from(">HH", body, 4)
            space = cicp.space_of(primaries, transfer)
            return space, (cicp.CLIPPED,) if cicp.is_hdr(transfer) else ()
    return None, ()
