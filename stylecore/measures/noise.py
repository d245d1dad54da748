"""Noise: how much a picture's pixels differ where nothing is, in levels.

Immerkær 1996, Fast Noise Variance Estimation: the difference N of two Laplacians sees no planes and
hardly any edges; of noise of deviation σ it makes one of 6 σ. Its median (Donoho & Johnstone 1994)
in place of its mean passes over the edges that are left.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.color import luma

Mask = NDArray[np.bool_]
Levels = NDArray[Any]

_N = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_LENGTH = 6.0
_MEDIAN = 0.6744897501960817
"""Of the absolute values of a normal variable of deviation 1."""

_FLAT = 1 / 3
"""Of a picture: its flattest part."""

_SMOOTH, _AROUND = 2.0, 9
"""Pixels: the blur under which slopes are looked for, and the side of what lies around a place."""


def noise(picture: Levels, where: Mask | None = None) -> float:
    """The deviation σ of a picture's noise, in levels: the root mean square of its channels'.

    Args:
        picture: (H, W, 3), 0–255.
        where: (H, W), where it is looked for; by default everywhere.
    """
    found = cv2.filter2D(picture.astype(np.float32), -1, _N, borderType=cv2.BORDER_REFLECT)
    places = found.reshape(-1, 3) if where is None else found[where]
    medians = np.median(np.abs(places), axis=0) / (_LENGTH * _MEDIAN)
    return float(np.sqrt(np.mean(np.square(medians, dtype=np.float64))))


def flat_parts(picture: Levels) -> Mask:
    """Where a picture (H, W, 3) is flattest: a third of it, or more where more is even, (H, W)."""
    grey = cv2.GaussianBlur(luma(picture), (0, 0), _SMOOTH)
    slopes = [cv2.Sobel(grey, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1))]
    steepness = cv2.blur(cv2.magnitude(*slopes), (_AROUND, _AROUND))
    return np.asarray(steepness <= np.quantile(steepness, _FLAT))


def residual_noise(content: Levels, style: Levels, picture: Levels) -> float:
    """σ of a picture where its content is flat, less what the style has itself where that is flat.

    Grain of canvas and paper is a style's manner: variances of independent noises add, so that
    σ² − σ_s² is left of them, or nothing.

    Args:
        content: (H, W, 3), of the picture's size.
        style: (h, w, 3), at the size at which the picture took it.
        picture: (H, W, 3).
    """
    found = noise(picture, flat_parts(content))
    own = noise(style, flat_parts(style))
    return math.sqrt(max(found**2 - own**2, 0.0))
