"""JPEG (ITU-T T.81): decoded by OpenCV, smaller if that suffices."""

from __future__ import annotations

import struct

from .. import opencv
from ..profiles.convert import Colors
from . import pillow
from .exif import adobe_rgb, orientation_of
from .jpegsegments import Segments, segments_of
from .jpegwhole import check, is_whole
from .stored import DAMAGED, Pixels, Stored, UnreadableError, from_opencv

_END = b"\xff\xd9"


def open_jpeg(data: bytes) -> Stored:
    """What a JPEG file stores; the first picture, where it holds several.

    Raises:
        UnreadableError: for one that is cut short, or of a kind that is not read.
    """
    try:
        found = segments_of(data)
    except (struct.error, IndexError, ValueError):
        raise UnreadableError(DAMAGED) from None
    check(found, data)
    clean = b"".join(found.kept)
    inks = found.channels == 4 and bool(found.icc) and pillow.is_there()
    return Stored(
        pixels=lambda reduction: _pixels(clean, found, reduction, inks=inks),
        size=(found.height, found.width),
        orientation=orientation_of(found.exif, found.xmp),
        colors=_colors(found),
        remarks=(pillow.NO_INKS,) if found.channels == 4 and found.icc and not inks else (),
    )


def _colors(found: Segments) -> Colors:
    if found.icc:
        inks_as_rgb = found.channels == 4 and not pillow.is_there()
        return None if inks_as_rgb else b"".join(found.icc[i] for i in sorted(found.icc))
    return adobe_rgb(found.exif) if found.channels == 3 else None


def _pixels(clean: bytes, found: Segments, reduction: int, *, inks: bool) -> Pixels:
    decoded = opencv.decode_reduced(clean + _END, reduction)
    if decoded is None or not is_whole(clean, decoded, found, reduction):
        raise UnreadableError(DAMAGED)
    if inks:
        return Pixels(pillow.inks(clean + _END, reduction))
    if found.channels == 1:
        return Pixels(decoded[..., :1])
    return from_opencv(decoded)
