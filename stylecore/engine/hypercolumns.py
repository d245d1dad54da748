"""Hypercolumns: what describes a position of a picture by several layers at once.

As Kolkin et al. 2022, Neural Neighbor Style Transfer, §3.2: the features of all layers there, less
their mean over the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np

from ..pictures.tensors import Array
from ..settings import block_of

Features: TypeAlias = Mapping[str, Array]
"""(1, C, h, w) by layer."""

Sizes: TypeAlias = Mapping[str, tuple[int, int]]
"""Height and width of the features, by layer."""


@dataclass(frozen=True)
class Grid:
    """Positions on which neighbours are looked for: a layer's, or every so many of them.

    Attributes:
        layer: whose.
        halvings: of the layer's height and width.
    """

    layer: str
    halvings: int = 0

    @property
    def block(self) -> int:
        """The block that has such a grid, or would have."""
        return block_of(self.layer) + self.halvings

    def size(self, sizes: Sizes) -> tuple[int, int]:
        """Height and width for a picture whose layers have these sizes."""
        height, width = sizes[self.layer]
        return max(1, height >> self.halvings), max(1, width >> self.halvings)

    def thinned(self, guides: Array) -> Array:
        """Guides (K, h, w) of the layer on the grid."""
        height, width = (max(1, side >> self.halvings) for side in guides.shape[1:])
        step = 1 << self.halvings
        return guides[:, ::step, ::step][:, :height, :width]


def sizes_of(features: Features) -> dict[str, tuple[int, int]]:
    """Heights and widths of features."""
    return {layer: (one.shape[2], one.shape[3]) for layer, one in features.items()}


def hypercolumns(features: Features, grid: Grid) -> Array:
    """(h·w, ΣC) of unit length on a grid: each layer centred, and of one energy."""
    height, width = grid.size(sizes_of(features))
    return columns_of(resized(one[0], height, width) for one in features.values())


def columns_of(layers: Iterable[Array]) -> Array:
    """Hypercolumns (h·w, ΣC) of layers (C, h, w) of one size."""
    parts: list[Array] = []
    for one in layers:
        part = one.reshape(len(one), -1)
        part = part - part.mean(axis=1, keepdims=True)
        part /= max(float(np.abs(part).max()), 1e-12)
        parts.append(part / max(float(np.sqrt(np.square(part).sum(axis=0).mean())), 1e-12))
    columns = np.concatenate(parts).T
    return columns / np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-12)


def resized(features: Array, height: int, width: int) -> Array:
    """(C, h, w) at another size: means of areas, or in between."""
    if features.shape[1:] == (height, width):
        return features
    way = cv2.INTER_AREA if features.shape[1] > height else cv2.INTER_LINEAR
    found: list[Any] = [cv2.resize(one, (width, height), interpolation=way) for one in features]
    return np.stack(found)
