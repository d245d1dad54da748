"""What a format that is written can hold: pixels of a side, bytes in all, and bits of a channel."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from ...errors import ImageError

_LONGEST = {".png": 1_000_000, ".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}
"""Pixels of a side that the libraries of these formats write, and others read."""

_MOST = {".bmp": 1 << 31, ".webp": 1 << 31, ".jpg": 1 << 31, ".jpeg": 1 << 31}
"""Bytes of pixels that a file of these formats holds, or its library encodes."""

_OF_OPENCV = 1 << 31
"""Bytes of pixels that OpenCV encodes as TIFF; tifffile has no such limit."""

_TIFF = {".tif", ".tiff"}
_DEEP = {".png", *_TIFF}
"""Formats that hold 16 bits a channel."""


def check_depth(path: str | os.PathLike[str], depth: int) -> None:
    """Make sure that a format can hold so many bits a channel.

    Args:
        path: of a file, whose suffix is that of a format that is written.
        depth: bits of a channel.

    Raises:
        ImageError: where it cannot.
    """
    suffix = Path(path).suffix.lower()
    if depth > 8 and suffix not in _DEEP:
        raise ImageError(
            f"a {suffix} file holds 8 bits a channel, and {depth} were asked for; give a name that"
            " ends in .png or .tif, or depth 8"
        )


def check_size(
    path: str | os.PathLike[str], height: int, width: int, depth: int = 8, channels: int = 3
) -> None:
    """Make sure that a format can hold a picture, before it is made.

    Args:
        path: of a file, whose suffix is that of a format that is written.
        height: in pixels.
        width: in pixels.
        depth: bits of a channel.
        channels: with alpha, where there is some.

    Raises:
        ImageError: for one that is too large.
    """
    suffix = Path(path).suffix.lower()
    size = height * width * channels * depth // 8
    too_long = max(height, width) > _LONGEST.get(suffix, 1 << 31)
    if too_long or size >= _MOST.get(suffix, 1 << 62):
        raise ImageError(
            f"a {suffix} file cannot hold {width}×{height} pixels; give a name that ends in"
            f" {'.tif' if suffix == '.png' else '.png'}"
        )
    if suffix in _TIFF and size >= _OF_OPENCV and find_spec("tifffile") is None:
        raise ImageError(
            f"a {suffix} file of {width}×{height} pixels needs tifffile: pip install"
            " 'stylecore[tiff]'"
        )
