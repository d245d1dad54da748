"""Patches of 5×5 pixels: where they lie, what they look like, and laid on a sheet."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array

Places: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Rows and columns of pixels, of one shape."""

SIDE = 5
"""Pixels: patches that are compared are 5×5."""

REACH = SIDE // 2
STEP = 2
"""Pixels between patches, of the picture and of the style alike."""

DIMENSIONS = 12
"""Principal components of patches that are compared, of 75."""

_AROUND_CENTRE = [(dy, dx) for dy in range(-REACH, REACH + 1) for dx in range(-REACH, REACH + 1)]
_CHUNK = 1 << 16
"""Patches whose 75 values are in memory at a time: 20 MB."""

_PASTE = 0.8
"""σ in pixels: how far from its centre a patch that was found counts."""


def grid(top: int, bottom: int, left: int, right: int) -> Places:
    """Every second pixel, rows and columns (r, c) each."""
    rows, columns = np.arange(top, bottom, STEP), np.arange(left, right, STEP)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return y, x


def patches_at(picture: Array, at: Places) -> Array:
    """Patches around centres (n,), (n, 75); mirrored beyond the picture's edge."""
    border = (REACH, REACH, REACH, REACH, cv2.BORDER_REFLECT_101)
    padded = np.asarray(cv2.copyMakeBorder(picture, *border), np.float32)
    places, steps = _flat(at, padded.shape[1])
    pixels = padded.reshape(-1, 3)
    return np.concatenate([pixels[places + step] for step in steps], axis=1)


def _flat(at: Places, width: int) -> tuple[NDArray[np.intp], list[int]]:
    """Centres as places in a raveled picture, and the steps to the 25 pixels around.

    The picture has a border of two pixels, and is `width` wide with it.
    """
    places = (at[0] + REACH) * width + (at[1] + REACH)
    return places, [dy * width + dx for dy, dx in _AROUND_CENTRE]


def principal(patches: Array) -> tuple[Array, Array]:
    """Mean (75,) and principal components (75, 12) of patches (n, 75)."""
    mean = patches.mean(axis=0)
    away = patches - mean
    _, vectors = np.linalg.eigh(away.T @ away)
    return mean, np.ascontiguousarray(vectors[:, ::-1][:, :DIMENSIONS], np.float32)


def projected(picture: Array, at: Places, space: tuple[Array, Array]) -> Array:
    """Patches around centres (n,) in principal components, (n, 12)."""
    mean, components = space
    found = np.empty((at[0].size, components.shape[1]), np.float32)
    for start in range(0, len(found), _CHUNK):
        some = slice(start, start + _CHUNK)
        found[some] = (patches_at(picture, (at[0][some], at[1][some])) - mean) @ components
    return found


class Sheet:
    """A sheet (H, W, 3) that patches are laid on, and their mean, where they overlap.

    A patch counts less towards its edge, by a Gaussian: where neighbours found different places,
    an even mean would blur what they found.
    """

    def __init__(self, height: int, width: int) -> None:
        shape = (height + 2 * REACH, width + 2 * REACH)
        self._total = np.zeros((*shape, 3), np.float32)
        self._count = np.zeros((*shape, 1), np.float32)

    def lay(self, source: Array, taken: Places, laid: Places) -> None:
        """Lay patches of a source (h, w, 3) around places that are all different.

        They are taken around places that are two pixels or more inside.
        """
        onto, steps = _flat(laid, self._total.shape[1])
        width = source.shape[1]
        origin = taken[0] * width + taken[1]
        values, total = source.reshape(-1, 3), self._total.reshape(-1, 3)
        count = self._count.reshape(-1, 1)
        for (dy, dx), step in zip(_AROUND_CENTRE, steps, strict=True):
            weight = np.float32(np.exp(-(dy * dy + dx * dx) / (2 * _PASTE**2)))
            total[onto + step] += weight * values[origin + (dy * width + dx)]
            count[onto + step] += weight

    def mean(self) -> Array:
        """(H, W, 3), 0 where nothing was laid."""
        inside = slice(REACH, -REACH)
        mean = self._total / np.maximum(self._count, 1e-6)
        return np.asarray(mean[inside, inside], np.float32)
