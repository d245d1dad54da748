"""Structure: how much of a content's light and dark a picture has."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.color import luma
from .gaussian import Floats

_BANDS = ((1.0, 4.0), (4.0, 16.0))
"""Pixels: the two blurs that each band lies between."""


def structure(content: NDArray[np.generic], picture: NDArray[np.generic]) -> float:
    """Pearson's correlation of luma, the mean over two bands; −1 to 1, more is better.

    Args:
        content: (H, W, 3).
        picture: the same.
    """
    pairs = zip(_bands(content), _bands(picture), strict=True)
    return float(np.mean([_correlation(one, other) for one, other in pairs]))


def _bands(picture: NDArray[np.generic]) -> Iterator[Floats]:
    grey = luma(picture)
    for fine, coarse in _BANDS:
        blurred = [cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (fine, coarse)]
        yield np.asarray(blurred[0] - blurred[1], np.float32)


def _correlation(one: Floats, other: Floats) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-9))
