"""Picture files written: whole or not at all, and tagged as sRGB."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from .. import files
from ..errors import ImageError, NotAPictureError
from . import opencv
from .alpha import lay_on_white
from .metadata import Metadata, embedded
from .tagging import tagged
from .tensors import Picture

AnyPath = str | os.PathLike[str]

_AS_JPEG = [
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    # Brush strokes have edges in colour alone, which the usual halved chroma blurs.
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]
_ENCODINGS: dict[str, list[int]] = {
    ".png": [],
    ".jpg": _AS_JPEG,
    ".jpeg": _AS_JPEG,
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 95],
    ".tif": [],
    ".tiff": [],
    ".bmp": [],
}

_LONGEST = {".png": 1_000_000, ".jpg": 65_500, ".jpeg": 65_500, ".webp": 16_383}
"""Pixels of a side that the libraries of these formats write."""

_MOST = 1 << 31
"""Bytes of pixels that any of these formats holds."""

_WITH_ALPHA = {".png", ".webp", ".tif", ".tiff"}


def write_image(path: AnyPath, image: Picture, metadata: Metadata | None = None) -> None:
    """Write an RGB uint8 (H, W, 3) picture in the format that the suffix names, atomically.

    With a fourth channel, alpha, transparent parts stay so in PNG, WebP and TIFF, and are laid on
    white in the others. JPEG and WebP are written at quality 95. Metadata, as from
    `read_metadata`, goes beside the pixels.

    Raises:
        ImageError: for an unknown suffix, an array of another kind, or a place that cannot be
            written.
        NotAPictureError: for what is no array.
        MemoryError: where there is not enough to encode it.
    """
    encoded = encoded_image(path, image, metadata)
    try:
        files.write_atomically(path, encoded)
    except OSError as error:
        raise ImageError(files.unwritable(path, error)) from error


def encoded_image(path: AnyPath, image: Picture, metadata: Metadata | None = None) -> bytes:
    """What `write_image` would write to a file of this name.

    Raises:
        ImageError: for an unknown suffix, or an array of another kind.
        NotAPictureError: for what is no array.
        MemoryError: where there is not enough to encode it.
    """
    suffix = check_suffix(path)
    if not isinstance(image, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NotAPictureError(image, "what is to be written")
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        given = f"{image.dtype} {image.shape}"
        raise ImageError(f"cannot write an array of {given}; give uint8 of (height, width, 3)")
    if image.shape[2] == 4 and suffix not in _WITH_ALPHA:
        image = lay_on_white(image)
    encoded = _encode(suffix, image)
    if metadata is not None:
        height, width = image.shape[:2]
        encoded = embedded(suffix, encoded, metadata, width, height)
    return encoded


def check_writable(path: AnyPath) -> None:
    """Make the checks of `write_image` before anything is computed in vain.

    Raises:
        ImageError: for an unknown suffix or a place that cannot be written.
    """
    check_suffix(path)
    try:
        files.check_writable(path)
    except OSError as error:
        raise ImageError(files.unwritable(path, error)) from error


def check_suffix(path: AnyPath) -> str:
    """The suffix of a name, in small letters.

    Raises:
        ImageError: for one that names no format that is written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _ENCODINGS:
        given = f"suffix {suffix!r}" if suffix else "no suffix"
        raise ImageError(f"{path} has {given}; give one of {', '.join(_ENCODINGS)}")
    return suffix


def _encode(suffix: str, image: Picture) -> bytes:
    encoded = opencv.encode(suffix, image, _ENCODINGS[suffix])
    if encoded is not None:
        return tagged(suffix, encoded)
    if max(image.shape[:2]) <= _LONGEST.get(suffix, 1 << 30) and image.nbytes < _MOST:
        raise MemoryError(f"no memory to encode a {suffix} picture")  # OpenCV does not say why
    size = f"{image.shape[1]}×{image.shape[0]}"
    raise ImageError(f"a {suffix} file cannot hold {size} pixels; give a name that ends in .png")
