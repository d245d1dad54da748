"""A picture in tiles, as a network sees them: how far it looks, and what is whose at each layer.

A tile owns a part of the picture and reads more of it. Its corners lie on whole positions of the
coarsest features, so that pooling halves a tile where it halves the picture; where it ends inside
the picture, the graph's mirrored margin is wrong, but what it owns sees none of that; where it
ends with the picture, the margin is the picture's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import eq

import numpy as np

from ..pictures.tensors import Array
from ..pictures.tiles import Span, Tile, spans
from ..settings import LAYERS, block_of

STEP = 1 << (max(map(block_of, LAYERS)) - 1)
"""Pixels a side of one position of the coarsest features."""


def reach_of(layers: Iterable[str]) -> int:
    """Pixels that the deepest of the layers sees beyond what a position covers, on each side.

    A 3×3 convolution sees one more position of its block, which is 2^(block − 1) pixels. Pooling
    sees only what its output covers.
    """
    deepest = max(map(LAYERS.index, layers))
    return sum(1 << (block_of(layer) - 1) for layer in LAYERS[: deepest + 1])


def halo_of(layers: Iterable[str]) -> int:
    """Pixels that a tile reads beyond what it owns: the reach, in whole steps."""
    return -(-reach_of(layers) // STEP) * STEP


def layout(height: int, width: int, side: int, layers: Iterable[str]) -> tuple[Tile, ...]:
    """Tiles of a picture, all of about one size, those that read as much after one another.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        side: pixels a side that a tile owns at most; the last ones up to half as many more.
        layers: at which the network is looked at.
    """
    halo = halo_of(layers)
    rows, columns = (list(_even(whole, side, halo)) for whole in (height, width))
    tiles = [Tile(row, column) for row in rows for column in columns]
    return tuple(sorted(tiles, key=lambda tile: size_in(tile, LAYERS[0])))


def largest_read(height: int, width: int, side: int, layers: Iterable[str]) -> tuple[int, int]:
    """Height and width of what the largest tile of such a layout reads."""
    halo = halo_of(layers)
    rows, columns = (
        max(span.last - span.first for span in _even(whole, side, halo))
        for whole in (height, width)
    )
    return rows, columns


def lasting(tiles: Sequence[Tile]) -> Iterator[tuple[Tile, bool]]:
    """Each tile, and whether the next one reads as much: then memory serves it as it is.

    What ONNX Runtime keeps for one size is in the way of others.
    """
    sizes = [size_in(tile, LAYERS[0]) for tile in tiles]
    return zip(tiles, map(eq, sizes, [*sizes[1:], None]), strict=True)


def _even(whole: int, side: int, halo: int) -> Iterable[Span]:
    count = -(-whole // side)
    return spans(whole, -(-whole // (count * STEP)) * STEP, halo)


def read(image: Array, tile: Tile) -> Array:
    """What a tile reads of an image (1, 3, H, W)."""
    return image[at(tile)]


def at(tile: Tile) -> tuple[slice, slice, slice, slice]:
    """Where that is."""
    rows, columns = tile.rows, tile.columns
    every = slice(None)
    return every, every, slice(rows.first, rows.last), slice(columns.first, columns.last)


def owned(tile: Tile, layer: str) -> tuple[slice, slice]:
    """Rows and columns of a layer of the picture that a tile owns."""
    halvings = block_of(layer) - 1
    rows, columns = (
        slice(one.start >> halvings, one.stop >> halvings) for one in (tile.rows, tile.columns)
    )
    return rows, columns


def inside(tile: Tile, layer: str) -> tuple[slice, slice]:
    """The same in the layer of the tile."""
    halvings = block_of(layer) - 1
    rows, columns = (
        slice((one.start - one.first) >> halvings, (one.stop - one.first) >> halvings)
        for one in (tile.rows, tile.columns)
    )
    return rows, columns


def core(found: Array, tile: Tile, layer: str) -> Array:
    """What a tile owns of values (…, h, w) that were found in it."""
    return found[(..., *inside(tile, layer))]


def within(value: Array, tile: Tile, layer: str) -> Array:
    """What a tile owns of a picture's values (…, H, W), in their place, with zeros around."""
    placed = np.zeros((*value.shape[:-2], *size_in(tile, layer)), np.float32)
    placed[(..., *inside(tile, layer))] = value[(..., *owned(tile, layer))]
    return placed


def size_in(tile: Tile, layer: str) -> tuple[int, int]:
    """Height and width of a layer of the tile."""
    halvings, rows, columns = block_of(layer) - 1, tile.rows, tile.columns
    return (rows.last - rows.first) >> halvings, (columns.last - columns.first) >> halvings
