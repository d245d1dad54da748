"""3×3 convolution with a quarter of the multiplications: F(4×4, 3×3) of Winograd's algorithms.

Lavin & Gray 2016, §4.3: 4×4 outputs at a time come from 36 products per pair of channels, where
the sum has 144. The products are one batched ``MatMul``; two small ones lead into and out of it.

Features lie in tiles: (4, 4, h, w, C), first the place within a tile, then the tile, then the
channel. So the 6×6 inputs of all tiles are slices of what is there, and one convolution follows
another without rearranging anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from ..autodiff.functions import TILE
from ..autodiff.tape import DOMAIN, Tape, shaped

PRODUCTS = 36

_OF_INPUT = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
_OF_KERNEL = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_OF_OUTPUT = np.array(
    [
        [1, 1, 1, 1, 1, 0],
        [0, 1, -1, 2, -2, 0],
        [0, 1, 1, 4, 4, 0],
        [0, 1, -1, 8, -8, 1],
    ]
)
_FAR_BELOW = -1e30


@dataclass(frozen=True)
class Plane:
    """The sizes of a block's features, known only when the graph runs.

    Attributes:
        size: height and width.
        tiles: how many tiles cover these.
        outside: (4, 4, h, w, 1), 0 within the size, and far below where tiles go beyond it: what
            lies there must be zero, as the padding of a convolution is.
    """

    size: ir.Value
    tiles: ir.Value
    outside: ir.Value


def plane_of(tape: Tape, x: ir.Value) -> Plane:
    """The sizes of features (1, C, H, W)."""
    size = tape("Shape", x, start=2)
    up = tape("Add", size, tape.integers([TILE - 1]))
    tiles = tape("Div", up, tape.integers([TILE]))
    inside = tape("Expand", tape.scalar(0.0), size)
    padded = tape("Pad", inside, _missing(tape, size, tiles), tape.scalar(_FAR_BELOW))
    return Plane(size, tiles, _tiled(tape, padded, tiles, 1))


def _missing(tape: Tape, size: ir.Value, tiles: ir.Value) -> ir.Value:
    missing = tape("Sub", tape("Mul", tiles, tape.integers([TILE])), size)
    return tape("Concat", tape.integers([0, 0]), missing, axis=0)


def _tiled(tape: Tape, x: ir.Value, tiles: ir.Value, channels: int) -> ir.Value:
    """Rearrange (4h, 4w, C), or what reshapes to it, as (4, 4, h, w, C)."""
    width = tape("Slice", tiles, tape.integers([1]), tape.integers([2]))
    shape = tape(
        "Concat", tape.integers([-1, TILE]), width, tape.integers([TILE, channels]), axis=0
    )
    rows = shaped(tape("Reshape", x, shape), tape.dtype, [None, TILE, None, TILE, channels])
    return tape("Transpose", rows, perm=[1, 3, 0, 2, 4])


def into_tiles(tape: Tape, x: ir.Value, plane: Plane, channels: int) -> ir.Value:
    """(1, C, H, W) → (4, 4, h, w, C), with zeros beyond the size."""
    flat = tape("Reshape", x, tape.integers([channels, -1]))
    last = tape("Transpose", flat, perm=[1, 0])
    rows = _reshaped(tape, last, plane.size, [channels])
    pads = _missing(tape, plane.size, plane.tiles)
    padded = tape("Pad", rows, pads, None, tape.integers([0, 1]))
    return _tiled(tape, shaped(padded, tape.dtype, [None, None, channels]), plane.tiles, channels)


def out_of_tiles(tape: Tape, tiles: ir.Value, plane: Plane, channels: int) -> ir.Value:
    """(4, 4, h, w, C) → (1, C, H, W)."""
    mixed = tape("Transpose", tiles, perm=[2, 0, 3, 1, 4])
    covered = tape("Mul", plane.tiles, tape.integers([TILE]))
    rows = _reshaped(tape, mixed, covered, [channels])
    seen = tape("Slice", rows, tape.integers([0, 0]), plane.size, tape.integers([0, 1]))
    flat = tape("Reshape", seen, tape.integers([-1, channels]))
    first = tape("Transpose", flat, perm=[1, 0])
    shape = tape("Concat", tape.integers([1, channels]), plane.size, axis=0)
    return shaped(tape("Reshape", first, shape), tape.dtype, [1, channels, None, None])


def _reshaped(tape: Tape, x: ir.Value, size: ir.Value, rest: list[int]) -> ir.Value:
    shape = tape("Concat", size, tape.integers(rest), axis=0)
    return shaped(tape("Reshape", x, shape), tape.dtype, [None, None, *rest])


def transformed(tape: Tape, kernel: ir.Value, shape: Sequence[int]) -> ir.Value:
    """A kernel (O, I, 3, 3) as (36, I, O), what :func:`convolution` takes."""
    outputs, inputs = shape[:2]
    taps = tape("Transpose", kernel, perm=[2, 3, 1, 0])
    flat = tape("Reshape", taps, tape.integers([9, -1]))
    spread = tape("MatMul", _twice(tape, _OF_KERNEL), flat)
    return tape("Reshape", spread, tape.integers([PRODUCTS, inputs, outputs]))


def convolution(
    tape: Tape, tiles: ir.Value, kernel: ir.Value, bias: ir.Value, plane: Plane
) -> ir.Value:
    """Convolve with zeros around, add the bias: (4, 4, h, w, I) → (4, 4, h, w, O).

    Beyond the size it is far below zero: a ReLU must follow.

    Args:
        tape: where the operators are recorded.
        tiles: features, zero beyond the size.
        kernel: (36, I, O), as from :func:`transformed`.
        bias: (O,).
        plane: of the features.
    """
    assert kernel.shape is not None
    _, inputs, outputs = kernel.shape.numpy()
    patches = tape.op("Overlap", [tiles], domain=DOMAIN)
    shaped(patches, tape.dtype, [6, 6, None, None, inputs])
    flat = tape("Reshape", patches, tape.integers([PRODUCTS, -1]))
    spread = tape("MatMul", _twice(tape, _OF_INPUT), flat)
    factors = tape("Reshape", spread, tape.integers([PRODUCTS, -1, inputs]))
    products = tape("MatMul", factors, kernel)
    flat = tape("Reshape", products, tape.integers([PRODUCTS, -1]))
    sums = tape("MatMul", _twice(tape, _OF_OUTPUT), flat)
    shape = tape(
        "Concat", tape.integers([TILE, TILE]), plane.tiles, tape.integers([outputs]), axis=0
    )
    y = shaped(tape("Reshape", sums, shape), tape.dtype, [TILE, TILE, None, None, outputs])
    return tape("Add", tape("Add", y, bias), plane.outside)


def _twice(tape: Tape, matrix: np.ndarray) -> ir.Value:
    """The transform along both axes in one matrix."""
    return tape.constant(np.kron(matrix, matrix).astype(tape.dtype.numpy()))
