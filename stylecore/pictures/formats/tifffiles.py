"""TIFF by tifffile, where it is installed: what OpenCV's libtiff does not read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...overlap import WhileWanted
from .directory import Directory
from .stored import DAMAGED, UnreadableError

_BITS, _COMPRESSION, _OFFSETS, _CHANNELS, _ROWS, _COUNTS, _PLANES = (
    258,
    259,
    273,
    277,
    278,
    279,
    284,
)
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_COUNTS = 322, 323, 324, 325
_NONE = 1
_NAMES = {
    5: "LZW",
    6: "old JPEG",
    7: "JPEG",
    34887: "LERC",
    34925: "LZMA",
    34712: "JPEG 2000",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
    34926: "Zstandard",
    34927: "WebP",
}
_FREE = 1 << 28
_BEST_RATIO = 1100
"""So many bytes may a file stand for without a question, and above that for each of its own."""


class NoCodecError(Exception):
    """Nothing is installed that unpacks the file; the message is the end of a sentence about it."""


def check_size(found: Directory, size: int, height: int, width: int) -> None:
    """Hold how much a file of so many bytes says it stores against that.

    Raises:
        UnreadableError: for more than it can be unpacked to.
    """
    declared = height * width * found.value(_CHANNELS, 1) * found.value(_BITS, 1) // 8
    if declared > max(_FREE, _BEST_RATIO * size):
        raise UnreadableError(DAMAGED)


def check_segments(found: Directory, size: int, height: int, width: int) -> None:
    """Hold where a file of so many bytes says it stores its picture against that.

    Raises:
        UnreadableError: where strips or tiles are missing, or lie outside the file.
    """
    channels, bits = found.value(_CHANNELS, 1), found.value(_BITS, 1)
    planes = channels if found.value(_PLANES, 1) == 2 else 1
    if _TILE_OFFSETS in found.tags:
        across, down = found.value(_TILE_WIDTH, 0), found.value(_TILE_HEIGHT, 0)
        starts, counts = found.values(_TILE_OFFSETS), found.values(_TILE_COUNTS)
    else:
        across, down = width, min(found.value(_ROWS, height), height)
        starts, counts = found.values(_OFFSETS), found.values(_COUNTS)
    if min(across, down) < 1 or max(across, down) > 1 << 20:
        raise UnreadableError(DAMAGED)
    wanted = -(-height // down) * -(-width // across) * planes
    inside = all(
        start > 0 and count > 0 and start + count <= size
        for start, count in zip(starts, counts, strict=False)
    )
    if len(starts) != wanted or len(counts) != wanted or not inside:
        raise UnreadableError(DAMAGED)
    declared = height * width * channels * bits // 8
    if found.value(_COMPRESSION, _NONE) == _NONE and sum(counts) < declared:
        raise UnreadableError(DAMAGED)


def decode(data: bytes, compression: int) -> NDArray[Any]:
    """The first picture of a file, (H, W, C), whole numbers as they are stored.

    Raises:
        NoCodecError: where tifffile, or the codec, is not installed.
        UnreadableError: for a file that is damaged.
    """
    try:
        import tifffile
    except ImportError:
        raise NoCodecError(
            "is a TIFF file of a kind that needs tifffile: pip install 'stylecore[tiff]'"
        ) from None
    try:
        with _QUIET, tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            image: NDArray[Any] = page.asarray(squeeze=False)
    except Exception as error:  # tifffile and its codecs raise whatever they come upon
        if isinstance(error, MemoryError):
            raise
        if isinstance(error, ImportError) or "imagecodecs" in str(error):
            raise NoCodecError(_no_codec(compression)) from None
        raise UnreadableError(DAMAGED) from error
    if image.ndim != 5 or image.dtype.kind != "u" or not image.size:
        raise UnreadableError(DAMAGED)
    planes, depth = image.shape[:2]
    if depth != 1:
        raise UnreadableError("holds a volume, not a picture; save one of its planes")
    if planes > 1:
        return np.ascontiguousarray(np.moveaxis(image[:, 0, ..., 0], 0, -1))
    return image[0, 0]


def strips_of(data: bytes, compression: int) -> Iterator[NDArray[Any]]:
    """The first picture of a file in strips (h, W, C) from the top, decoded one after another.

    Raises:
        NoCodecError: where tifffile, or the codec, is not installed.
        UnreadableError: for a file that is damaged.
    """
    try:
        import tifffile
    except ImportError:
        raise NoCodecError("needs tifffile") from None
    try:
        with _QUIET, tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            width, channels = page.imagewidth, page.samplesperpixel
            for across in _rows_of(page):
                tall = across[0][1].shape[0]
                strip = np.empty((tall, width, channels), page.dtype)
                for left, part in across:
                    strip[:, left : left + part.shape[1]] = part
                yield strip
    except Exception as error:  # tifffile and its codecs raise whatever they come upon
        if isinstance(error, MemoryError):
            raise
        if isinstance(error, ImportError) or "imagecodecs" in str(error):
            raise NoCodecError(_no_codec(compression)) from None
        raise UnreadableError(DAMAGED) from error


def _rows_of(page: Any) -> Iterator[list[tuple[int, NDArray[Any]]]]:
    """Strips, or rows of tiles: where each part begins, and its pixels (h, w, C)."""
    row, top = list[tuple[int, NDArray[Any]]](), 0
    for segment, index, _ in page.segments(sort=False, maxworkers=1):
        if segment is None:
            raise ValueError("a part is missing")
        _, _, begins, left, _ = index
        if row and begins != top:
            yield row
            row = []
        top = begins
        inside = segment[0, : page.imagelength - top, : page.imagewidth - left]
        row.append((left, inside))
    if row:
        yield row


def _no_codec(compression: int) -> str:
    name = _NAMES.get(compression, f"compression {compression}")
    return f"is a TIFF file with {name}, which needs imagecodecs: pip install 'stylecore[tiff]'"


def _silence() -> bool:
    import tifffile

    logger: Any = tifffile.logger()
    was: bool = logger.disabled
    logger.disabled = True
    return was


def _let_speak(was: bool) -> None:
    import tifffile

    logger: Any = tifffile.logger()
    logger.disabled = was


_QUIET = WhileWanted(_silence, _let_speak)
