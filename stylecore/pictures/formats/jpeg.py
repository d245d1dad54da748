"""JPEG (ITU-T T.81): its segments, whether it is whole, and its pixels, decoded smaller if wanted."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from ..profiles.convert import Colors
from . import pillow
from .exif import adobe_rgb, orientation_of
from .stored import DAMAGED, Pixels, Stored, UnreadableError, from_opencv

_MARKER = re.compile(rb"\xff+([\x01-\xfe])")  # any number of fill bytes before it (B.1.1.2)
_END_OF_SCAN = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
_ALONE = {0x01, *range(0xD0, 0xD9)}
_START_OF_SCAN, _END, _RESTARTS = 0xDA, 0xD9, 0xDD
_BASELINE = (0xC0, 0xC1)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_KINDS = {0xC3: "lossless", 0xC7: "lossless", 0xCB: "lossless", 0xCF: "lossless"}
_ICC, _XMP = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"
_MORE = bytes(range(37, 229, 3))  # bits of every kind, and no marker


@dataclass
class _Scan:
    """The channels that it holds, as the frame numbers them, and where its data lies."""

    components: tuple[int, ...]
    start: int
    stop: int


@dataclass
class _Segments:
    """The parts of a file, one after another, up to its end or where it breaks off."""

    kept: list[bytes] = field(default_factory=list[bytes])
    frame: int = 0
    precision: int = 8
    height: int = 0
    width: int = 0
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    interval: int = 0
    scans: list[_Scan] = field(default_factory=list[_Scan])
    ended: bool = False
    exif: bytes = b""
    xmp: bytes = b""
    icc: dict[int, bytes] = field(default_factory=dict[int, bytes])

    @property
    def channels(self) -> int:
        return len(self.sampling)


def open_jpeg(data: bytes) -> Stored:
    """What a JPEG file stores; the first picture, where it holds several.

    Raises:
        UnreadableError: for one that is cut short, or of a kind that is not read.
    """
    try:
        found = _segments(data)
    except (struct.error, IndexError):
        raise UnreadableError(DAMAGED) from None
    _check(found, data)
    clean = b"".join(found.kept)
    inks = found.channels == 4 and bool(found.icc) and pillow.is_there()
    return Stored(
        pixels=lambda reduction: _pixels(clean, found, reduction, inks=inks),
        size=(found.height, found.width),
        orientation=orientation_of(found.exif, found.xmp),
        colors=_colors(found),
        remarks=(pillow.NO_INKS,) if found.channels == 4 and found.icc and not inks else (),
    )


def _colors(found: _Segments) -> Colors:
    if found.icc:
        inks_as_rgb = found.channels == 4 and not pillow.is_there()
        return None if inks_as_rgb else b"".join(found.icc[i] for i in sorted(found.icc))
    return adobe_rgb(found.exif) if found.channels == 3 else None


def _segments(data: bytes) -> _Segments:
    found = _Segments(kept=[b"\xff\xd8"])
    at = 2
    while marker := _MARKER.search(data, at):
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            found.ended = True
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
            found.scans.append(_Scan(tuple(body[1 : 1 + 2 * body[0] : 2]), at + length, stop))
        if kind < 0xE0 or kind == 0xEE or (kind == 0xE0 and body[:5] == b"JFIF\0"):
            part = data[at:stop].rstrip(b"\xff") if kind == _START_OF_SCAN else data[at:stop]
            found.kept.append(b"\xff" + marker[1] + part)
        at = stop
    return found


def _note(found: _Segments, kind: int, body: bytes) -> None:
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


def _check(found: _Segments, data: bytes) -> None:
    """Refuse what is not decoded here, and what lacks scans or parts of them."""
    if found.frame in _KINDS or (found.frame and found.precision != 8):
        kind = _KINDS.get(found.frame, f"{found.precision}-bit")
        raise UnreadableError(f"is a {kind} JPEG, which is not read; save it as PNG or TIFF")
    shown = {one for scan in found.scans for one in scan.components}
    if not found.scans or not set(found.sampling) <= shown:
        raise UnreadableError(DAMAGED)
    if found.interval and any(_lacks_restarts(found, scan, data) for scan in found.scans):
        raise UnreadableError(DAMAGED)


def _lacks_restarts(found: _Segments, scan: _Scan, data: bytes) -> bool:
    """Whether a scan has fewer restart markers than its blocks need."""
    if 0 in (found.height, found.width) or not set(scan.components) <= set(found.sampling):
        return True
    widest = max(across for across, _ in found.sampling.values())
    highest = max(down for _, down in found.sampling.values())
    if len(scan.components) == 1:
        across, down = found.sampling[scan.components[0]]
        columns = -(-(-(-found.width * across // widest)) // 8)
        rows = -(-(-(-found.height * down // highest)) // 8)
    else:
        columns, rows = -(-found.width // (8 * widest)), -(-found.height // (8 * highest))
    wanted = -(-columns * rows // found.interval) - 1
    there = sum(data.count(bytes([255, 0xD0 + i]), scan.start, scan.stop) for i in range(8))
    return there < wanted


def _pixels(clean: bytes, found: _Segments, reduction: int, *, inks: bool) -> Pixels:
    end = b"\xff\xd9"
    decoded = opencv.decode_reduced(clean + end, reduction)
    if decoded is None:
        raise UnreadableError(DAMAGED)
    if _may_lack_something(found, decoded) and not _is_whole(clean, decoded, found, reduction):
        raise UnreadableError(DAMAGED)
    if inks:
        return Pixels(pillow.inks(clean + end, reduction))
    if found.channels == 1:
        return Pixels(decoded[..., :1])
    return from_opencv(decoded)


def _may_lack_something(found: _Segments, decoded: NDArray[Any]) -> bool:
    """Whether the end of the data gives reason for a closer look.

    libjpeg makes blocks that are not there middle grey, and comes to the last block at last.
    """
    if not found.ended or found.frame not in _BASELINE or found.channels == 4:
        return True
    return len(found.scans) > 1 or bool((decoded[-1, -1] == 128).all())


def _is_whole(clean: bytes, decoded: NDArray[Any], found: _Segments, reduction: int) -> bool:
    """Whether the picture stays as it is when there is more data: what it lacked would come of it.

    Pillow's libjpeg says nothing of this; OpenCV's warns on the standard error, so it is asked only
    where the file has no end marker.
    """
    more = clean + _MORE + b"\xff\xd9"
    if pillow.is_there():
        plain, other = pillow.jpeg(clean + b"\xff\xd9", reduction), pillow.jpeg(more, reduction)
        return plain is not None and other is not None and np.array_equal(plain, other)
    if found.ended and found.frame not in _BASELINE:
        return True
    other = opencv.decode_reduced(more, reduction)
    return other is not None and np.array_equal(decoded, other)
