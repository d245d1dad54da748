"""Targets by nearest neighbours: for every position of the picture, the style's most like it.

As Kolkin et al. 2022, Neural Neighbor Style Transfer, §3.2: a position's neighbour is the
position of the style whose hypercolumn has the greatest cosine with its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array
from ..settings import block_of
from .hypercolumns import Features, Grid, Sizes, hypercolumns, sizes_of

Indices: TypeAlias = NDArray[np.intp]

MOST = 4096
"""Positions of the finest grid on which neighbours are looked for: the work grows with the square.
Finer layers copy what lies around a neighbour."""

_CHUNK = 2048
_THERE = 0.5
"""Of its guide's greatest value: how much a position of the style must belong to a region."""


class Seen(Protocol):
    """A picture, as a search for neighbours sees it."""

    @property
    def sizes(self) -> Sizes:
        """Of its layers."""
        ...

    def columns(self, grid: Grid) -> Array:
        """Its :func:`hypercolumns` on a grid, (h·w, ΣC)."""
        ...

    def at(self, layer: str, down: Indices, right: Indices) -> Array:
        """Its features at rows and columns (h, w) of a layer, (1, C, h, w)."""
        ...


@dataclass(frozen=True)
class Whole:
    """A picture whose features are all there.

    Attributes:
        features: these.
    """

    features: Features

    @property
    def sizes(self) -> Sizes:
        """Of its layers."""
        return sizes_of(self.features)

    def columns(self, grid: Grid) -> Array:
        """Its :func:`hypercolumns` on a grid."""
        return hypercolumns(self.features, grid)

    def at(self, layer: str, down: Indices, right: Indices) -> Array:
        """Its features at rows and columns of a layer."""
        return self.features[layer][:, :, down, right]


@dataclass(frozen=True)
class Candidates:
    """A style in which neighbours are looked for.

    Attributes:
        seen: its own features.
        guides: (K', h, w) by layer, of the regions that take from it.
        shares: by the number of a region, how much the style counts in its blend.
    """

    seen: Seen
    guides: Mapping[str, Array]
    shares: Mapping[int, float]


class Neighbours:
    """Where the features of a picture shall point.

    A position looks for its neighbour in what its region takes of each style; of several styles it
    gets the weighted mean. Where there is nothing to take, the target is zero.

    Args:
        found: the picture.
        guides: (K, h, w) by layer, of its regions.
        styles: those that are taken from, at least one.
    """

    def __init__(
        self, found: Seen, guides: Mapping[str, Array], styles: Sequence[Candidates]
    ) -> None:
        self._styles = styles
        self._around: dict[int, list[Around]] = {}
        for grid in grids_of(found.sizes):
            owners = _owners(grid.thinned(guides[grid.layer]))
            columns = found.columns(grid)
            self._around[grid.block] = [
                Around(
                    _matches(columns, owners, style, grid),
                    _by_owner(style.shares, owners),
                    grid.block,
                )
                for style in styles
            ]

    def at(self, layer: str, rows: slice, columns: slice) -> Array:
        """Targets (1, C, h, w) of unit length for a part of a layer."""
        block = max(block_of(layer), min(self._around))
        taken = (
            around.taken(style.seen, layer, rows, columns)
            for around, style in zip(self._around[block], self._styles, strict=True)
        )
        blend = next(taken)
        for more in taken:
            blend += more
        return _unit(blend)

    def everywhere(self, sizes: Sizes) -> dict[str, Array]:
        """Targets for the whole of layers of these sizes, by layer."""
        return {
            layer: self.at(layer, *(slice(0, side) for side in size))
            for layer, size in sizes.items()
        }


def grids_of(sizes: Sizes) -> list[Grid]:
    """One for each block that is small enough, or one that is made so of the deepest."""
    layers = {block_of(layer): layer for layer in reversed(list(sizes))}
    small = [Grid(layer) for layer in layers.values() if np.prod(sizes[layer]) <= MOST]
    grid = Grid(layers[max(layers)])
    while not small and np.prod(grid.size(sizes)) > MOST:
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
    others = style.seen.columns(grid)
    matches = np.zeros(owners.size, np.intp)
    guides = grid.thinned(style.guides[grid.layer])
    for region, guide in zip(style.shares, guides, strict=True):
        own = np.flatnonzero(owners == region)
        there = np.flatnonzero(guide >= _THERE * guide.max())
        if len(own):
            matches[own] = there[nearest(columns[own], others[there])]
    _, width = grid.size(style.seen.sizes)
    return np.stack(np.divmod(matches, width)).reshape(2, *owners.shape)


@dataclass(frozen=True)
class Around:
    """What lies around neighbours in layers as fine as their grid, or finer.

    Attributes:
        matches: rows and columns on the grid, (2, h, w).
        shares: how much what is taken counts, (h, w).
        block: of the grid.
    """

    matches: Indices
    shares: Array
    block: int

    def taken(self, seen: Seen, layer: str, rows: slice, columns: slice) -> Array:
        """The style's features (1, C, h, w) for a part of a layer, of unit length times shares."""
        halvings = self.block - block_of(layer)
        last = [side - 1 for side in self.shares.shape]
        y, x = (np.arange(int(one.start), int(one.stop)) for one in (rows, columns))
        at = np.ix_(np.minimum(y >> halvings, last[0]), np.minimum(x >> halvings, last[1]))
        within = (1 << halvings) - 1
        down = (self.matches[0][at] << halvings) + (y & within)[:, None]
        right = (self.matches[1][at] << halvings) + (x & within)
        height, width = seen.sizes[layer]
        found = seen.at(layer, np.minimum(down, height - 1), np.minimum(right, width - 1))
        return _unit(found) * self.shares[at]


def nearest(columns: Array, others: Array) -> Indices:
    """For each of (N, D) the number of the (M, D) with the greatest cosine, all of unit length."""
    chunks = (columns[at : at + _CHUNK] for at in range(0, len(columns), _CHUNK))
    return np.concatenate([(chunk @ others.T).argmax(axis=1) for chunk in chunks])


def _unit(features: Array) -> Array:
    largest = np.maximum(np.abs(features).max(axis=1, keepdims=True), 1e-12)
    scaled = features / largest
    return scaled / np.maximum(np.sqrt(np.square(scaled).sum(axis=1, keepdims=True)), 1e-12)
