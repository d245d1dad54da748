"""Pictures (H, W, 3) as the graphs want them: (1, 3, H, W) float32, RGB, 0–255, and back."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Picture = NDArray[np.uint8]
Levels: TypeAlias = NDArray[np.uint8 | np.uint16]
"""A picture as it is delivered, in 8 or 16 bits a channel."""

_STEP = 257
"""Of 16 bits, for each level of 8: 255 · 257 = 65535."""


def to_tensor(picture: NDArray[np.generic]) -> Array:
    """(H, W, 3) of any number type → (1, 3, H, W) float32."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def to_floats(tensor: Array) -> Array:
    """(1, 3, H, W) → (H, W, 3) float32."""
    return np.ascontiguousarray(tensor[0].transpose(1, 2, 0))


def to_picture(tensor: Array) -> Picture:
    """(1, 3, H, W) → (H, W, 3) uint8, rounded to the nearest level."""
    return eight_bits(to_floats(tensor))


def eight_bits(picture: NDArray[np.generic]) -> Picture:
    """A picture of floats of 0–255, of 16 bits or of 8, rounded to 8 bits."""
    if picture.dtype == np.uint8:
        return np.asarray(picture, np.uint8)
    if picture.dtype == np.uint16:
        picture = levels_of(np.asarray(picture, np.uint16))
    floats = np.asarray(picture, np.float32)
    return np.clip(np.rint(floats), 0, 255).astype(np.uint8)


def in_bits(floats: Array, depth: int) -> Levels:
    """A picture of floats of 0–255, rounded to so many bits, 8 or 16."""
    if depth == 8:
        return eight_bits(floats)
    return np.clip(np.rint(floats * np.float32(_STEP)), 0, 65535).astype(np.uint16)


def levels_of(picture: Levels) -> Array:
    """A picture of 8 or 16 bits as floats of 0–255."""
    if picture.dtype == np.uint8:
        return picture.astype(np.float32)
    return picture.astype(np.float32) / np.float32(_STEP)
