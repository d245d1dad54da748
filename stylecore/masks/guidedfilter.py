"""The guided filter (He, Sun & Tang 2013), which smooths a plane and keeps a picture's edges.

It is computed at a small size and applied at a larger one (He & Sun 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class LocalLines:
    """A plane as a linear function of a guide's colours around each place.

    Attributes:
        slopes: (h, w, 3).
        offsets: (h, w).
    """

    slopes: Planes
    offsets: Planes

    def at(self, guide: Planes) -> Planes:
        """The plane, (H, W), for a guide (H, W, 3) of any size."""
        height, width = guide.shape[:2]
        slopes = resize(self.slopes, width, height)
        products: Planes = slopes * guide
        return products.sum(axis=2) + resize(self.offsets, width, height)


class GuidedFilter:
    """Fits planes to a guide, (h, w, 3) with levels of about 0–1.

    Args:
        guide: the picture whose edges are kept.
        radius: of the window, in pixels.
        smoothness: the variance below which the guide counts as flat.
    """

    def __init__(self, guide: Planes, radius: int, smoothness: float) -> None:
        self._guide = guide
        self._radius = radius
        self._mean = self._averaged(guide)
        self._inverse = np.linalg.inv(self._covariance() + smoothness * np.eye(3, dtype=np.float32))

    def fit(self, plane: Planes) -> LocalLines:
        """The local lines that give a plane (h, w) best."""
        mean = self._averaged(plane)
        both = self._averaged(self._guide * plane[..., None]) - self._mean * mean[..., None]
        slopes: Planes = np.einsum("hwij,hwj->hwi", self._inverse, both)
        offsets = mean - (slopes * self._mean).sum(axis=2)
        return LocalLines(self._averaged(slopes), self._averaged(offsets))

    def _covariance(self) -> NDArray[Any]:
        height, width = self._guide.shape[:2]
        products = self._guide[..., :, None] * self._guide[..., None, :]
        mean = self._averaged(products.reshape(height, width, 9))
        return (
            mean.reshape(height, width, 3, 3) - self._mean[..., :, None] * self._mean[..., None, :]
        )

    def _averaged(self, planes: Planes) -> Planes:
        side = 2 * self._radius + 1
        averaged: NDArray[Any] = cv2.blur(
            np.ascontiguousarray(planes), (side, side), borderType=cv2.BORDER_REFLECT
        )
        return averaged
