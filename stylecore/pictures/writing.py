"""Picture files written: whole or not at all, and tagged as sRGB."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import cv2
import numpy as np

from .. import files
from ..errors import ImageError, NotAPictureError
from . import opencv
from .alpha import lay_on_white
from .embedding import put_into
from .formats.limits import check_depth, check_size
from .large import goes_in_parts, write_in_parts
from .metadata import told_of
from .notes import Metadata
from .tagging import tagged
from .tensors import Levels, eight_bits

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

_KINDS = {"uint8", "uint16"}
_WITH_ALPHA = {".png", ".webp", ".tif", ".tiff"}


def write_image(path: AnyPath, image: Levels, metadata: Metadata | None = None) -> None:
    """Write an RGB picture (H, W, 3) in the format that the suffix names, atomically.

    It is uint8, or for PNG and TIFF uint16, with values up to 65535. With a fourth channel, alpha,
    transparent parts stay so in PNG, WebP and TIFF, and are laid on white in the others. JPEG and
    WebP are written at quality 95. Metadata, as from `read_metadata`, goes beside the pixels. What
    is large is written a part at a time, and a TIFF of more than 4 GB as BigTIFF.

    Raises:
        ImageError: for an unknown suffix, an array of another kind, a picture that the format
            cannot hold, or a place that cannot be written.
        NotAPictureError: for what is no array.
        MemoryError: where there is not enough to encode it.
    """
    suffix, image, put = _prepared(path, image, metadata)
    try:
        with files.replacing(path) as file:
            if goes_in_parts(suffix, image):
                write_in_parts(suffix, file, image, put)
            else:
                file.write(_whole(suffix, image, put))
    except OSError as error:
        raise ImageError(files.unwritable(path, error)) from error


def encoded_image(path: AnyPath, image: Levels, metadata: Metadata | None = None) -> bytes:
    """What `write_image` would write to a file of this name.

    Raises:
        ImageError: for an unknown suffix, an array of another kind, or a picture that the format
            cannot hold.
        NotAPictureError: for what is no array.
        MemoryError: where there is not enough to encode it.
    """
    suffix, image, put = _prepared(path, image, metadata)
    if not goes_in_parts(suffix, image):
        return _whole(suffix, image, put)
    with NamedTemporaryFile(prefix="stylecore-") as file:
        write_in_parts(suffix, file, image, put)
        file.seek(0)
        return file.read()


def _prepared(
    path: AnyPath, image: Levels, metadata: Metadata | None
) -> tuple[str, Levels, Metadata | None]:
    """The suffix, the picture as its format holds it, and what it carries."""
    suffix = check_suffix(path)
    if not isinstance(image, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise NotAPictureError(image, "what is to be written")
    if image.dtype.name not in _KINDS or image.ndim != 3 or image.shape[2] not in (3, 4):
        given = f"{image.dtype} {image.shape}"
        raise ImageError(
            f"cannot write an array of {given}; give uint8 of (height, width, 3), or uint16"
        )
    height, width, depth = *image.shape[:2], 8 * image.itemsize
    check_depth(path, depth)
    if image.shape[2] == 4 and suffix not in _WITH_ALPHA:
        image = lay_on_white(eight_bits(image))
    check_size(path, height, width, depth, image.shape[2])
    return suffix, image, metadata and told_of(metadata, width, height)


def _whole(suffix: str, image: Levels, put: Metadata | None) -> bytes:
    data = _encode(suffix, image)
    return data if put is None else put_into(suffix, data, put)


def check_writable(path: AnyPath, depth: int = 8) -> None:
    """Make the checks of `write_image` before anything is computed in vain.

    Args:
        path: where a picture shall go.
        depth: its bits of a channel.

    Raises:
        ImageError: for an unknown suffix, one of a format that does not hold so many bits, or a
            place that cannot be written.
    """
    check_suffix(path)
    check_depth(path, depth)
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


def _encode(suffix: str, image: Levels) -> bytes:
    encoded = opencv.encode(suffix, image, _ENCODINGS[suffix])
    if encoded is None:
        raise MemoryError(f"no memory to encode a {suffix} picture")  # OpenCV does not say why
    return tagged(suffix, encoded)
