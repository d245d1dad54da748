"""Targets by nearest neighbours: for every position of the picture, the style's most like it.

As Kolkin et al. 2022, Neural Neighbor Style Transfer, §3.2: what describes a position is its
hypercolumn, the features of all layers there less their mean over the picture, and its neighbour
is the position of the style whose hypercolumn has the greatest cosine with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array
from ..settings import block_of

Features: TypeAlias = Mapping[str, Array]
"""(1, C, h, w) by layer."""

Indices: TypeAlias = NDArray[np.intp]

MOST = 4096
"""Positions of the finest grid on which neighbours are looked for: the work grows with the square.
Finer layers copy what lies around a neighbour."""

_CHUNK = 2048
_THERE = 0.5
"""Of its guide's greatest value: how much a position of the style must belong to a region."""


@dataclass(frozen=True)
class Candidates:
    """A style in which neighbours are looked for.

    Attributes:
        features: its own.
        guides: (K', h, w) by layer, of the regions that take from it.
        shares: by the number of a region, how much the style counts in its blend.
    """

    features: Features
    guides: Mapping[str, Array]
    shares: Mapping[int, float]


def neighbour_targets(
    found: Features, guides: Mapping[str, Array], styles: Sequence[Candidates]
) -> dict[str, Array]:
    """Where the features of a picture shall point: (1, C, h, w) of unit length, by layer.

    A position looks for its neighbour in what its region takes of each style; of several styles it
    gets the weighted mean. Where there is nothing to take, the target is zero.

    Args:
        found: the picture's.
        guides: (K, h, w) by layer, of its regions.
        styles: those that are taken from.
    """
    grids = _grids(found)
    finest = min(grid.block for grid in grids)
    blends = {layer: np.zeros_like(one) for layer, one in found.items()}
    for grid in grids:
        owners, columns = _owners(grid.thinned(guides[grid.layer])), hypercolumns(found, grid)
        for style in styles:
            matches = _matches(columns, owners, style, grid)
            shares = _by_owner(style.shares, owners)
            for layer in (one for one in found if max(block_of(one), finest) == grid.block):
                around = Around(matches, shares, grid.block - block_of(layer))
                blends[layer] += around.taken(style.features[layer], found[layer].shape)
    return {layer: _unit(blend) for layer, blend in blends.items()}


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

    def size(self, features: Features) -> tuple[int, int]:
        """Height and width for a picture with these features."""
        height, width = features[self.layer].shape[2:]
        return max(1, height >> self.halvings), max(1, width >> self.halvings)

    def thinned(self, guides: Array) -> Array:
        """Guides (K, h, w) of the layer on the grid."""
        height, width = (max(1, side >> self.halvings) for side in guides.shape[1:])
        step = 1 << self.halvings
        return guides[:, ::step, ::step][:, :height, :width]


def _grids(found: Features) -> list[Grid]:
    """One for each block that is small enough, or one that is made so of the deepest."""
    layers = {block_of(layer): layer for layer in reversed(list(found))}
    small = [Grid(layer) for layer in layers.values() if found[layer][0, 0].size <= MOST]
    grid = Grid(layers[max(layers)])
    while not small and np.prod(grid.size(found)) > MOST:
        grid = Grid(grid.layer, grid.halvings + 1)
    return small or [grid]


def _owners(guides: Array) -> Indices:
    """The region that each position belongs to, (h, w)."""
    return (guides / np.maximum(guides.max(axis=(1, 2), keepdims=True), 1e-30)).argmax(axis=0)


def _by_owner(values: Mapping[int, float], owners: Indices) -> Array:
    """A region's value at its positions, (h, w); 0 where it has none."""
    of_regions = [values.get(k, 0.0) for k in range(int(owners.max()) + 1)]
    return np.array(of_regions, np.float32)[owners]


def _matches(columns: Array, owners: Indices, style: Candidates, grid: Grid) -> Indices:
    """The neighbours' rows and columns in the style, (2, h, w)."""
    others = hypercolumns(style.features, grid)
    matches = np.zeros(owners.size, np.intp)
    guides = grid.thinned(style.guides[grid.layer])
    for region, guide in zip(style.shares, guides, strict=True):
        own = np.flatnonzero(owners == region)
        there = np.flatnonzero(guide >= _THERE * guide.max())
        if len(own):
            matches[own] = there[nearest(columns[own], others[there])]
    _, width = grid.size(style.features)
    return np.stack(np.divmod(matches, width)).reshape(2, *owners.shape)


@dataclass(frozen=True)
class Around:
    """What lies around neighbours in layers as fine as their grid, or finer.

    Attributes:
        matches: rows and columns on the grid, (2, h, w).
        shares: how much what is taken counts, (h, w).
        halvings: that the grid has more than the layer.
    """

    matches: Indices
    shares: Array
    halvings: int

    def taken(self, features: Array, shape: Sequence[int]) -> Array:
        """The style's features (1, C, …) for a picture of a shape, of unit length times shares."""
        height, width = shape[2:]
        last = [side - 1 for side in self.shares.shape]
        y, x = np.arange(height), np.arange(width)
        at = np.ix_(
            np.minimum(y >> self.halvings, last[0]), np.minimum(x >> self.halvings, last[1])
        )
        within = (1 << self.halvings) - 1
        down = (self.matches[0][at] << self.halvings) + (y & within)[:, None]
        right = (self.matches[1][at] << self.halvings) + (x & within)
        down = np.minimum(down, features.shape[2] - 1)
        right = np.minimum(right, features.shape[3] - 1)
        return _unit(features)[:, :, down, right] * self.shares[at]


def hypercolumns(features: Features, grid: Grid) -> Array:
    """(h·w, ΣC) of unit length on a grid: each layer centred, and of one energy."""
    height, width = grid.size(features)
    parts: list[Array] = []
    for one in features.values():
        part = _resized(one[0], height, width).reshape(one.shape[1], -1)
        part = part - part.mean(axis=1, keepdims=True)
        part /= max(float(np.abs(part).max()), 1e-12)
        parts.append(part / max(float(np.sqrt(np.square(part).sum(axis=0).mean())), 1e-12))
    columns = np.concatenate(parts).T
    return columns / np.maximum(np.linalg.norm(columns, axis=1, keepdims=True), 1e-12)


def nearest(columns: Array, others: Array) -> Indices:
    """For each of (N, D) the number of the (M, D) with the greatest cosine, all of unit length."""
    chunks = (columns[at : at + _CHUNK] for at in range(0, len(columns), _CHUNK))
    return np.concatenate([(chunk @ others.T).argmax(axis=1) for chunk in chunks])


def _resized(features: Array, height: int, width: int) -> Array:
    """(C, h, w) at another size."""
    if features.shape[1:] == (height, width):
        return features
    way = cv2.INTER_AREA if features.shape[1] > height else cv2.INTER_LINEAR
    resized: list[Any] = [cv2.resize(one, (width, height), interpolation=way) for one in features]
    return np.stack(resized)


def _unit(features: Array) -> Array:
    largest = np.maximum(np.abs(features).max(axis=1, keepdims=True), 1e-12)
    scaled = features / largest
    return scaled / np.maximum(np.sqrt(np.square(scaled).sum(axis=1, keepdims=True)), 1e-12)
