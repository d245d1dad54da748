"""The segments of a JPEG (ITU-T T.81, annex B), and what they say."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

_MARKER = re.compile(rb"\xff+([\x01-\xfe])")  # any number of fill bytes before it (B.1.1.2)
_END_OF_SCAN = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
_ALONE = {0x01, *range(0xD0, 0xD9)}
_START, _START_OF_SCAN, _END, _RESTARTS = 0xD8, 0xDA, 0xD9, 0xDD
_SEQUENTIAL = (0xC0, 0xC1)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_ICC, _XMP = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"
_FOR_DECODERS = {0xEE, *range(0xC0, 0xE0)}
"""Adobe's segment says how inks are stored."""


@dataclass
class Scan:
    """The channels that it holds, as the frame numbers them, and where its data lies."""

    components: tuple[int, ...]
    start: int
    stop: int


@dataclass
class Segments:
    """The parts of a file, one after another, up to its end or where it breaks off.

    Attributes:
        kept: what a decoder needs, less the end marker.
        frame: the marker that says how it is coded; 0 for none.
        precision: bits of a channel.
        height: in pixels.
        width: in pixels.
        sampling: how many blocks each channel has in a unit, across and down.
        interval: units between restart markers; 0 for no such markers.
        scans: the channels' data.
        ended: whether there is an end marker.
        exif: with its prefix.
        xmp: with its prefix.
        icc: the parts of a profile by their number.
    """

    kept: list[bytes] = field(default_factory=list[bytes])
    frame: int = 0
    precision: int = 8
    height: int = 0
    width: int = 0
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    interval: int = 0
    scans: list[Scan] = field(default_factory=list[Scan])
    ended: bool = False
    exif: bytes = b""
    xmp: bytes = b""
    icc: dict[int, bytes] = field(default_factory=dict[int, bytes])

    @property
    def channels(self) -> int:
        """How many there are."""
        return len(self.sampling)

    @property
    def is_complete(self) -> bool:
        """Whether every channel has had the one scan that it has where it is not progressive."""
        shown = {one for scan in self.scans for one in scan.components}
        return self.frame in _SEQUENTIAL and shown >= set(self.sampling)


def segments_of(data: bytes) -> Segments:
    """Take a file apart.

    Raises:
        struct.error, IndexError, ValueError: for segments that contradict themselves.
    """
    found = Segments(kept=[b"\xff\xd8"])
    at = 2
    while marker := _MARKER.search(data, at):
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            found.ended = True
        if kind in (_END, _START) or found.is_complete:
            break
        if kind in _ALONE:
            continue
        length = struct.unpack_from(">H", data, at)[0]
        body, stop = data[at + 2 : at + length], at + length
        if stop > len(data):
            break
        _note(found, kind, body)
        if kind == _START_OF_SCAN:
            over = _END_OF_SCAN.search(data, stop)
            stop = over.start() if over else len(data)
            found.scans.append(Scan(tuple(body[1 : 1 + 2 * body[0] : 2]), at + length, stop))
        if kind in _FOR_DECODERS or (kind == 0xE0 and body[:5] == b"JFIF\0"):
            part = data[at:stop].rstrip(b"\xff") if kind == _START_OF_SCAN else data[at:stop]
            found.kept.append(b"\xff" + marker[1] + part)
        at = stop
    return found


def _note(found: Segments, kind: int, body: bytes) -> None:
    """Remember what a segment says."""
    if kind in _FRAMES and not found.frame:
        found.frame = kind
        found.precision, found.height, found.width, count = struct.unpack_from(">BHHB", body)
        for number, factors, _ in (body[6 + 3 * i : 9 + 3 * i] for i in range(count)):
            found.sampling[number] = factors >> 4, factors & 15
    elif kind == _RESTARTS:
        found.interval = struct.unpack_from(">H", body)[0]
    elif kind == 0xE1 and body.startswith(b"Exif\0"):
        found.exif = found.exif or body
    elif kind == 0xE1 and body.startswith(_XMP):
        found.xmp = body
    elif kind == 0xE2 and body.startswith(_ICC):
        found.icc[body[12]] = body[14:]
