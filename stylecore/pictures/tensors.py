"""Pictures (H, W, 3) as the graphs want them: (1, 3, H, W) float32, RGB, 0–255, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Picture = NDArray[np.uint8]


def to_tensor(picture: NDArray[np.generic]) -> Array:
    """(H, W, 3) of any number type → (1, 3, H, W) float32."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def to_floats(tensor: Array) -> Array:
    """(1, 3, H, W) → (H, W, 3) float32."""
    return np.ascontiguousarray(tensor[0].transpose(1, 2, 0))


def to_picture(tensor: Array) -> Picture:
    """(1, 3, H, W) → (H, W, 3) uint8, rounded to the nearest level."""
    return np.clip(np.rint(to_floats(tensor)), 0, 255).astype(np.uint8)
