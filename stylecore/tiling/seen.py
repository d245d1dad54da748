"""A picture in tiles as a search for neighbours sees it: small on its grids, large on the disk."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..engine.hypercolumns import Grid, Sizes, columns_of, resized
from ..engine.neighbours import Indices
from ..pictures.tensors import Array
from ..pictures.tiles import Tile
from .disk import Disk
from .layout import owned


class TiledSeen:
    """What is seen of a picture after all of its tiles have been added.

    Attributes:
        sizes: of its layers.

    Args:
        sizes: of its layers, in the order in which hypercolumns have them.
        channels: of these.
        grids: on which it is compared.
        disk: holds its features, which only a style's are taken from; None for nothing.
    """

    def __init__(
        self,
        sizes: Sizes,
        channels: Sequence[int],
        grids: Sequence[Grid],
        disk: Disk | None = None,
    ) -> None:
        self.sizes = sizes
        self._means = {
            grid: {
                layer: _Means(count, size, grid.size(sizes))
                for (layer, size), count in zip(sizes.items(), channels, strict=True)
            }
            for grid in grids
        }
        self._features: dict[str, Array] = {}
        if disk is not None:
            for (layer, size), count in zip(sizes.items(), channels, strict=True):
                self._features[layer] = disk.features(count, *size)

    def add(self, layer: str, tile: Tile, found: Array) -> None:
        """Take in the features (1, C, h, w) that a tile owns of a layer."""
        rows, columns = owned(tile, layer)
        for means in self._means.values():
            means[layer].add(rows, columns, found[0])
        if layer in self._features:
            self._features[layer][..., rows, columns] = found

    def columns(self, grid: Grid) -> Array:
        """Its hypercolumns on a grid, (h·w, ΣC)."""
        return columns_of(means.on_grid() for means in self._means[grid].values())

    def at(self, layer: str, down: Indices, right: Indices) -> Array:
        """Its features at rows and columns (h, w) of a layer, (1, C, h, w)."""
        return self._features[layer][:, :, down, right]


class _Means:
    """A layer on a grid: means over areas where it is finer, itself where it is not."""

    def __init__(self, channels: int, size: tuple[int, int], grid: tuple[int, int]) -> None:
        self._grid = grid
        kept = grid if size[0] > grid[0] else size
        self._ways = [_areas(*pair) for pair in zip(size, kept, strict=True)]
        self._means = np.zeros((channels, *kept), np.float32)

    def add(self, rows: slice, columns: slice, found: Array) -> None:
        down, right = self._ways[0][:, rows], self._ways[1][:, columns]
        y, x = _spanned(down), _spanned(right)
        self._means[:, y, x] += down[y] @ found @ right[x].T

    def on_grid(self) -> Array:
        return resized(self._means, *self._grid)


def _areas(whole: int, parts: int) -> Array:
    """How much each of (whole) positions counts for the mean of each of (parts), which are even."""
    edges = np.arange(parts + 1) * (whole / parts)
    positions = np.arange(whole)
    shared = np.minimum(edges[1:, None], positions + 1) - np.maximum(edges[:-1, None], positions)
    return (np.maximum(shared, 0) * (parts / whole)).astype(np.float32)


def _spanned(weights: Array) -> slice:
    """The rows that have any."""
    rows = np.flatnonzero(weights.any(axis=1))
    return slice(int(rows[0]), int(rows[-1]) + 1) if rows.size else slice(0, 0)
