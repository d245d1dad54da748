"""What is transparent: laid on white, or shrunk without what hides under it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sizes import resize
from .tensors import Picture

_ROWS = 256
"""So many rows lie in memory as floats at once."""


def lay_on_white(image: Picture) -> Picture:
    """(H, W, 4) uint8 with alpha as (H, W, 3): what shows on a white ground."""
    seen = np.empty((*image.shape[:2], 3), np.uint8)
    for top in range(0, len(image), _ROWS):
        band = image[top : top + _ROWS].astype(np.float32)
        alpha = band[..., 3:]
        seen[top : top + _ROWS] = np.rint(band[..., :3] * (alpha / 255) + (255 - alpha))
    return seen


def unmultiplied(image: NDArray[Any]) -> NDArray[Any]:
    """(H, W, C) whose colours were multiplied by alpha, the last channel, as before that."""
    full = np.iinfo(image.dtype).max
    free = image.copy()
    for top in range(0, len(image), _ROWS):
        band = image[top : top + _ROWS].astype(np.float32)
        colors = band[..., :-1] * (full / np.maximum(band[..., -1:], 1))
        free[top : top + _ROWS, :, :-1] = np.rint(np.minimum(colors, full))
    return free


def shrink(image: NDArray[Any], height: int, width: int, *, alpha: bool) -> NDArray[Any]:
    """Area means of (H, W, C) at (height, width); with alpha last, a colour counts as it shows."""
    if not alpha:
        return resize(image, width, height).reshape(height, width, -1)
    wide = np.uint16 if image.dtype == np.uint8 else np.float32
    full = np.iinfo(image.dtype).max
    weight = image[..., -1]
    seen = resize(np.multiply(weight, full, dtype=wide), width, height) / np.float32(full)
    small = np.empty((height, width, image.shape[2]), image.dtype)
    small[..., -1] = np.rint(seen)
    for channel in range(image.shape[2] - 1):  # one by one: floats of all would be many
        shown = resize(np.multiply(image[..., channel], weight, dtype=wide), width, height)
        colors = shown / np.maximum(seen, 1e-6)
        small[..., channel] = np.rint(colors.clip(0, full))
    return small
