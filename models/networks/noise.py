"""The noise beside a picture: new in every step of training, afterwards a tile that repeats."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from ..autodiff.tape import Tape
from .sizes import NOISE

Array = NDArray[np.float32]

TILE = 128
"""Positions a side, 512 pixels: the tile that a network is delivered with repeats itself then."""

_LEVELS = 256
_MIDDLE = (_LEVELS - 1) / 2
_SPREAD = ((_LEVELS**2 - 1) / 12) ** 0.5
"""The standard deviation of whole numbers from 0 to 255, all alike likely."""


def noise_of(rng: np.random.Generator, pictures: int, height: int, width: int) -> Array:
    """Noise for pictures with so many squares, (N, NOISE, h, w), of mean 0 and variance 1."""
    levels = rng.integers(_LEVELS, size=(pictures, NOISE, height, width))
    return ((levels - _MIDDLE) / _SPREAD).astype(np.float32)


def tiled(tape: Tape, sizes: ir.Value, seed: int) -> ir.Value:
    """Record a tile that repeats from the upper left corner.

    Args:
        tape: where the operators are recorded.
        sizes: (3,), how many pictures, and the rows and columns of squares of each.
        seed: of the tile.

    Returns:
        (N, NOISE, rows, columns), the same for all pictures.
    """
    levels = np.random.default_rng(seed).integers(_LEVELS, size=(1, NOISE, TILE, TILE))
    stored = tape("Cast", tape.constant(levels.astype(np.uint8)), to=tape.dtype)
    noise = tape("Div", tape("Sub", stored, tape.scalar(_MIDDLE)), tape.scalar(_SPREAD))
    zero, one = (tape.constant(np.array(number)) for number in (0, 1))
    for place, axis in ((1, 2), (2, 3)):
        length = tape("Gather", sizes, tape.constant(np.array(place)), axis=0)
        places = tape("Mod", tape("Range", zero, length, one), tape.integers([TILE]))
        noise = tape("Gather", noise, places, axis=axis)
    pictures = tape("Slice", sizes, tape.integers([0]), tape.integers([1]))
    return tape("Expand", noise, tape("Concat", pictures, tape.integers([1, 1, 1]), axis=0))
