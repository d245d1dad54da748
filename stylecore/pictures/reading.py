"""Picture files read: decoded, shrunk to what is wanted, made sRGB and turned, in this order.

What is large is shrunk before anything else is done, so that memory follows what is wanted.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from .. import files
from ..errors import ImageError, ImageWarning
from .alpha import lay_on_white, shrink
from .formats.signatures import WANTED, open_picture
from .formats.stored import Pixels, Stored, UnreadableError
from .opencv import REDUCTIONS, TooManyPixelsError
from .orientation import upright, upright_size
from .profiles.convert import to_srgb, to_uint8
from .tensors import Picture

AnyPath: TypeAlias = str | os.PathLike[str]

Enough: TypeAlias = Callable[[int, int], tuple[int, int]]
"""From the height and width of a file, upright, the height and width that suffice of it."""


def read_image(path: AnyPath, enough: Enough | None = None) -> Picture:
    """Read a picture file as sRGB uint8, (H, W, 3), whatever docs/formats.md says of its kind.

    It is turned upright, 16-bit channels are scaled to 8, grey becomes RGB, colour profiles are
    applied and transparent parts are laid on white. Further frames are not looked at.

    Args:
        path: the file.
        enough: what size suffices, where the file may be larger; all of it by default.

    Raises:
        ImageError: for a file that is missing, unreadable, no picture, cut short or too large.

    Warns:
        ImageWarning: for what the file says and is not done.
    """
    picture = read_with_alpha(path, enough)
    return picture if picture.shape[2] == 3 else lay_on_white(picture)


def read_with_alpha(path: AnyPath, enough: Enough | None = None) -> Picture:
    """Read a picture file as `read_image` does, but keep what is transparent.

    Returns:
        (H, W, 4) uint8, RGB and alpha, not multiplied, where the file has transparent parts;
        otherwise (H, W, 3).

    Raises:
        ImageError: as `read_image`.

    Warns:
        ImageWarning: as `read_image`.
    """
    data = read_bytes(path)
    if not data:
        raise ImageError(f"{path} is empty; give {WANTED}")
    try:
        stored = open_picture(data)
        del data
        pixels = _decoded(stored, enough)
    except UnreadableError as error:
        raise ImageError(f"{path} {error}") from error
    except TooManyPixelsError as error:
        raise ImageError(f"{path} has too many pixels to open; give a smaller copy") from error
    for remark in stored.remarks:
        _warn(path, remark)
    picture = _as_srgb(path, stored, pixels)
    return np.ascontiguousarray(upright(picture, stored.orientation))


def _decoded(stored: Stored, enough: Enough | None) -> Pixels:
    """The pixels, no more of them than suffice, without an alpha that hides nothing."""
    pixels = stored.pixels(_reduction(stored, enough))
    image = pixels.image
    if pixels.alpha and bool((image[..., -1] == pixels.full).all()):
        image = image[..., :-1]
    alpha = pixels.alpha and image.shape == pixels.image.shape
    if enough is not None:
        whole = stored.size or image.shape[:2]
        height, width = _sufficient(enough, whole, stored.orientation)
        if image.shape[0] > height and image.shape[1] > width:
            image = shrink(image, height, width, alpha=alpha)
    return Pixels(image, alpha, pixels.full)


def _reduction(stored: Stored, enough: Enough | None) -> int:
    """How many times smaller a picture may be decoded and still suffice."""
    if enough is None or stored.size is None:
        return 1
    height, width = _sufficient(enough, stored.size, stored.orientation)
    fitting = (
        r for r in REDUCTIONS if stored.size[0] >= r * height and stored.size[1] >= r * width
    )
    return next(fitting, 1)


def _sufficient(enough: Enough, size: tuple[int, ...], orientation: int) -> tuple[int, int]:
    """What suffices of a file of this size, as it is stored."""
    height, width = enough(*upright_size(size[0], size[1], orientation))
    return upright_size(max(1, height), max(1, width), orientation)


def _as_srgb(path: AnyPath, stored: Stored, pixels: Pixels) -> Picture:
    colors = pixels.image[..., :-1] if pixels.alpha else pixels.image
    seen = to_srgb(colors, pixels.full, stored.colors, lambda remark: _warn(path, remark))
    if not pixels.alpha:
        return seen
    return np.dstack([seen, to_uint8(pixels.image[..., -1], pixels.full)])


def _warn(path: AnyPath, remark: str) -> None:
    warnings.warn(f"{path} {remark}", ImageWarning, stacklevel=4)


def read_bytes(path: AnyPath) -> bytes:
    """What is in a picture file.

    Raises:
        ImageError: for one that is not there, or cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def unreadable(path: AnyPath, error: OSError | ValueError) -> ImageError:
    """What to raise where a picture file could not be read."""
    if isinstance(error, FileNotFoundError):
        return ImageError(f"{files.missing(path)}; give {WANTED}")
    if isinstance(error, IsADirectoryError):
        return ImageError(f"{path} is a folder; give {WANTED}")
    reason = getattr(error, "strerror", None) or error
    return ImageError(f"cannot read {path} ({reason}); give {WANTED}")
