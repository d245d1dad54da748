"""What each place of a picture looks like: its colour and texture, without the single strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize, scaled_size
from ..pictures.tensors import Picture

Planes: TypeAlias = NDArray[np.float32]
"""(h, w) or (h, w, C)."""

SIDE = 256
"""The longest side, in pixels, at which regions are told apart."""

_WINDOW = 17  # pixels of SIDE that a stroke is narrower than, and a region wider
_HUE = 2.0  # how much a and b count beside lightness
_TEXTURE = 1.3


@dataclass(frozen=True)
class Descriptors:
    """Looks and places of a picture, shrunk to `SIDE`.

    Attributes:
        looks: (h, w, 6): lightness, a and b of CIELAB, then fine, coarse and colour texture.
        places: (h, w, 2): x and y, in longest sides.
        lab: (h, w, 3): CIELAB over 100, unsmoothed.
    """

    looks: Planes
    places: Planes
    lab: Planes


def describe(picture: Picture) -> Descriptors:
    """Describe a picture, (H, W, 3) uint8.

    Medians take away strokes and keep borders where they are.
    """
    height, width = scaled_size(picture.shape[0], picture.shape[1], SIDE)
    small = resize(picture, width, height)
    lab = to_lab(small)
    colour = to_lab(_median(small, _WINDOW))
    texture = np.float32(_TEXTURE) * _texture(lab, to_lab(_median(small, 5)), colour)
    looks: Planes = np.dstack([colour * np.array([1, _HUE, _HUE], np.float32), texture])
    rows, columns = np.mgrid[:height, :width].astype(np.float32) / SIDE
    return Descriptors(_blurred(looks, 1.0), np.dstack([columns, rows]), lab)


def to_lab(picture: Picture) -> Planes:
    """CIELAB over 100, (H, W, 3): lightness 0–1."""
    lab: NDArray[Any] = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    lab /= 100
    return lab


def _texture(lab: Planes, fine: Planes, coarse: Planes) -> Planes:
    """How strong fine, coarse and colour texture are: what the medians have taken away.

    A median leaves both sides of a border as they are, so that a border is not taken for texture;
    the opening takes away what is left along it.
    """
    near, far, chroma = lab - fine, lab - coarse, (lab - coarse)[..., 1:]
    energies: list[Any] = [near[..., 0] ** 2, far[..., 0] ** 2, (chroma**2).sum(axis=2)]
    deviations: Planes = np.sqrt(_blurred(np.dstack(energies), 1.5))
    strengths: NDArray[Any] = 1 + np.log(1e-2 + deviations) / 4.8
    levels = np.rint(np.clip(_opened(strengths), 0, 1) * 255).astype(np.uint8)
    return _median(levels, _WINDOW).astype(np.float32) * np.float32(1.2 / 255)


def _opened(planes: Planes) -> Planes:
    """What is strong over an area; a line alone is not."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))
    opened: NDArray[Any] = cv2.morphologyEx(planes, cv2.MORPH_OPEN, disc)
    return opened


def _median(levels: NDArray[np.uint8], window: int) -> NDArray[np.uint8]:
    smooth: NDArray[Any] = cv2.medianBlur(levels, window)
    return smooth


def _blurred(planes: Planes, sigma: float) -> Planes:
    blurred: NDArray[Any] = cv2.GaussianBlur(planes, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return blurred
