"""BMP: decoded by OpenCV, but for the alpha of 32 bits and the profile of the fifth header."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from ..profiles.convert import Colors
from .stored import DAMAGED, Pixels, Stored, UnreadableError, from_opencv

_BIT_FIELDS = (3, 6)
_EMBEDDED = b"DEBM"  # MBED, as a little-endian number


def open_bmp(data: bytes) -> Stored:
    """What a BMP file stores.

    Raises:
        UnreadableError: for one that is damaged.
    """
    return Stored(pixels=lambda _: _pixels(data), colors=_colors(data))


def _pixels(data: bytes) -> Pixels:
    _check_size(data)
    pixels = from_opencv(opencv.decode(data))
    image = pixels.image[..., :3]
    alpha = _alpha(data, image.shape[0], image.shape[1])
    if alpha is None:
        return Pixels(image)
    return Pixels(np.dstack([image, alpha]), alpha=True)


def _check_size(data: bytes) -> None:
    """Hold the size that it says it has against the bytes that there are."""
    try:
        size, width, height, _, bits, packing = struct.unpack_from("<IiiHHI", data, 14)
    except struct.error:
        raise UnreadableError(DAMAGED) from None
    plain = size >= 40 and packing in (0, *_BIT_FIELDS)
    if plain and abs(width * height) * bits // 8 > len(data):
        raise UnreadableError(DAMAGED)


def _alpha(data: bytes, height: int, width: int) -> NDArray[Any] | None:
    """The alpha that the header of 32 bits gives a mask of 8 to; where all is 0, there is none."""
    try:
        start, size, _, rows, _, bits, packing = struct.unpack_from("<IIiiHHI", data, 10)
        mask = struct.unpack_from("<I", data, 66)[0] if size >= 56 else 0
    except struct.error:
        return None
    shift = (mask & -mask).bit_length() - 1
    if bits != 32 or packing not in _BIT_FIELDS or mask == 0 or mask >> shift != 255:
        return None
    if start + 4 * height * width > len(data):
        return None
    words = np.frombuffer(data, "<u4", height * width, start).reshape(height, width)
    alpha = (words >> shift & 255).astype(np.uint8)
    return None if not alpha.any() else alpha[::-1] if rows > 0 else alpha


def _colors(data: bytes) -> Colors:
    try:
        size, kind = struct.unpack_from("<I52x4s", data, 14)
        place, length = struct.unpack_from("<II", data, 126) if size >= 124 else (0, 0)
    except struct.error:
        return None
    return data[14 + place : 14 + place + length] if kind == _EMBEDDED and length else None
