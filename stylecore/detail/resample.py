"""A picture shrunk by its areas, and what that takes from it."""

from __future__ import annotations

import cv2
import numpy as np

from ..pictures.tensors import Array


def missing(style: Array, growth: float) -> Array:
    """What a style (h, w, 3) loses when it is shrunk `growth` times and enlarged again."""
    height, width = style.shape[:2]
    small = shrunk(style, round(height / growth), round(width / growth))
    grown = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(style - np.clip(grown, small.min(), small.max()), np.float32)


def shrunk(values: Array, height: int, width: int) -> Array:
    """Area means of an (H, W) or (H, W, C) array, at least one pixel a side."""
    size = (max(1, width), max(1, height))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
