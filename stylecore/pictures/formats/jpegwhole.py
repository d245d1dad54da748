"""Whether a JPEG holds all that it promises: libjpeg paints what is missing grey, and goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from . import pillow
from .jpegsegments import Scan, Segments
from .stored import DAMAGED, UnreadableError

_BASELINE, _PROGRESSIVE = (0xC0, 0xC1), 0xC2
_KINDS = {0xC3: "lossless", 0xC7: "lossless", 0xCB: "lossless", 0xCF: "lossless"}
_END = b"\xff\xd9"
_MORE = bytes(range(37, 229, 3))  # bits of every kind, and no marker
_MOST_PIXELS = 512
"""Of one byte: a block of 8×8 takes a bit at least."""


def check(found: Segments, data: bytes) -> None:
    """Refuse what is not decoded here, and what lacks scans or parts of them.

    Raises:
        UnreadableError: by its reason.
    """
    if found.frame in _KINDS or (found.frame and found.precision != 8):
        kind = _KINDS.get(found.frame, f"{found.precision}-bit")
        raise UnreadableError(f"is a {kind} JPEG, which is not read; save it as PNG or TIFF")
    shown = {one for scan in found.scans for one in scan.components}
    pixels = found.height * found.width
    huffman = found.frame in (*_BASELINE, _PROGRESSIVE)
    if not pixels or not shown or set(found.sampling) - shown:
        raise UnreadableError(DAMAGED)
    if huffman and pixels > _MOST_PIXELS * len(data):
        raise UnreadableError(DAMAGED)
    if found.interval and any(_lacks_restarts(found, scan, data) for scan in found.scans):
        raise UnreadableError(DAMAGED)


def is_whole(clean: bytes, decoded: NDArray[Any], found: Segments, reduction: int) -> bool:
    """Whether nothing is missing at the end of the data.

    Args:
        clean: the file without its end marker.
        decoded: what OpenCV makes of it, with one.
        found: its segments.
        reduction: how many times smaller it was decoded.
    """
    if not _may_lack_something(found, decoded):
        return True
    return _stays(clean, decoded, found, reduction)


def _lacks_restarts(found: Segments, scan: Scan, data: bytes) -> bool:
    """Whether a scan has fewer restart markers than its units need (A.2)."""
    if set(scan.components) - set(found.sampling):
        return True
    across = max(one for one, _ in found.sampling.values())
    down = max(one for _, one in found.sampling.values())
    size = found.width, found.height
    if len(scan.components) == 1:
        own = found.sampling[scan.components[0]]
        size = _parts(found.width * own[0], across), _parts(found.height * own[1], down)
        across = down = 1
    units = _parts(size[0], 8 * across) * _parts(size[1], 8 * down)
    there = sum(data.count(bytes([255, 0xD0 + i]), scan.start, scan.stop) for i in range(8))
    return there < _parts(units, found.interval) - 1


def _parts(length: int, part: int) -> int:
    return -(-length // part)


def _may_lack_something(found: Segments, decoded: NDArray[Any]) -> bool:
    """Whether the end of the data gives reason for a closer look.

    libjpeg makes blocks that are not there middle grey, and comes to the last block at last.
    """
    if not found.ended or found.frame not in _BASELINE or found.channels == 4:
        return True
    return len(found.scans) > 1 or bool((decoded[-1, -1] == 128).all())


def _stays(clean: bytes, decoded: NDArray[Any], found: Segments, reduction: int) -> bool:
    """Whether the picture stays as it is with more data, which what is missing would be made of.

    Pillow's libjpeg says nothing of such data; OpenCV's writes to the standard error, so it is
    asked only where the file is suspect already.
    """
    more = clean + _MORE + _END
    if pillow.is_there():
        plain, other = pillow.jpeg(clean + _END, reduction), pillow.jpeg(more, reduction)
        return plain is not None and other is not None and np.array_equal(plain, other)
    if found.ended and found.frame not in _BASELINE:
        return True
    other = opencv.decode_reduced(more, reduction)
    return other is not None and np.array_equal(decoded, other)
