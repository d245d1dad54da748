"""The pixels of a file as sRGB, by whatever the file says of its colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..tensors import Picture
from . import icc
from .spaces import Space
from .tables import NoPillowError, by_tables

Colors: TypeAlias = bytes | Space | None
"""What a file says of its colours: an ICC profile, a colour space, or nothing, which is sRGB."""

Warn: TypeAlias = Callable[[str], None]

_MODELS = {"GRAY": (1,), "RGB": (1, 3), "CMYK": (4,)}
_IGNORED = "so its colours may be off; convert it to sRGB"


def to_srgb(image: NDArray[Any], full: int, colors: Colors, warn: Warn) -> Picture:
    """(H, W, C) whole numbers of 0–full as sRGB uint8 (H, W, 3).

    One channel is grey, three are RGB, four are CMYK with 0 for no ink.

    Args:
        image: the pixels.
        full: the largest value of a channel.
        colors: what the file says of them.
        warn: told what could not be done, as the end of a sentence about the file.
    """
    if isinstance(colors, bytes):
        converted, colors = _by_profile(image, full, colors, warn)
        if converted is not None:
            return converted
    if image.shape[2] == 4:
        return _without_inks(to_uint8(image, full))
    if image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    if colors is None or colors.is_srgb():
        return to_uint8(image, full)
    return colors.to_srgb(image, full)


def to_uint8(image: NDArray[Any], full: int) -> Picture:
    """Whole numbers of 0–full as 0–255, rounded."""
    if full == 255:
        return image.astype(np.uint8, copy=False)
    levels = np.rint(np.arange(full + 1) * (255 / full)).astype(np.uint8)
    return levels[image]


def _by_profile(
    image: NDArray[Any], full: int, data: bytes, warn: Warn
) -> tuple[Picture | None, Space | None]:
    """What the profile makes of the pixels, or the colour space that it stands for."""
    try:
        profile = icc.parse(data)
        space = icc.space_of(profile)
    except icc.DamagedProfileError:
        warn(f"has a damaged colour profile, {_IGNORED}")
        return None, None
    if image.shape[2] not in _MODELS.get(profile.model, ()):
        warn(f"has a colour profile for {profile.model}, which it is not, {_IGNORED}")
        return None, None
    if space is not None and not profile.has_tables:
        return None, space
    if image.shape[2] == 1 and profile.model == "RGB":
        image = np.repeat(image, 3, axis=2)
    try:
        converted = by_tables(to_uint8(image, full), data)
    except NoPillowError:
        warn(f"has a colour profile that needs Pillow (pip install 'stylecore[cli]'), {_IGNORED}")
        return None, space
    if converted is None:
        warn(f"has a colour profile that LittleCMS does not take, {_IGNORED}")
    return converted, None


def _without_inks(image: NDArray[np.uint8]) -> Picture:
    """CMYK as RGB where no profile says how the inks look: each takes away its complement."""
    left = 255 - image.astype(np.uint16)
    return ((left[..., :3] * left[..., 3:] + 127) // 255).astype(np.uint8)
