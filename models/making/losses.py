"""The loss terms of Gatys et al. 2015 and 2017 as ONNX operators."""

from __future__ import annotations

import onnx_ir as ir

from ..autodiff.tape import DOMAIN, Tape


def gram(tape: Tape, features: ir.Value, guide: ir.Value, channels: int) -> ir.Value:
    """Grams (K, C, C) of features (1, C, h, w) under guides (K, h, w)."""
    flat = tape("Reshape", features, tape.integers([channels, -1]))
    weights = tape("Reshape", guide, tape("Concat", *_regions_by_positions(tape, guide), axis=0))
    grams, _ = tape.op_multi_out("Gram", [flat, weights], num_outputs=2, domain=DOMAIN)
    grams.dtype, grams.shape = tape.dtype, ir.Shape(["regions", channels, channels])
    flat.dtype, flat.shape = tape.dtype, ir.Shape([channels, None])
    return grams


def _regions_by_positions(tape: Tape, guide: ir.Value) -> tuple[ir.Value, ir.Value]:
    return tape("Shape", guide, start=0, end=1), tape.integers([1, -1])


def squared_distance(tape: Tape, a: ir.Value, b: ir.Value) -> ir.Value:
    """(a − b)², elementwise."""
    difference = tape("Sub", a, b)
    return tape("Mul", difference, difference)


def content_loss(tape: Tape, features: ir.Value, target: ir.Value, weight: ir.Value) -> ir.Value:
    """Σ w · (F − P)² (Gatys et al. 2015, eq. 1); w (1, 1, h, w) says where content matters."""
    weighted = tape("Mul", squared_distance(tape, features, target), weight)
    return tape("ReduceSum", weighted, keepdims=0)


def style_loss(tape: Tape, grams: ir.Value, target: ir.Value, weight: ir.Value) -> ir.Value:
    """Σ_k w_k · ‖G_k − A_k‖² (Gatys et al. 2017, eq. 6); w (K,)."""
    per_region = tape(
        "ReduceSum", squared_distance(tape, grams, target), tape.integers([1, 2]), keepdims=0
    )
    return tape("ReduceSum", tape("Mul", per_region, weight), keepdims=0)


def total_variation(tape: Tape, image: ir.Value) -> ir.Value:
    """Σ |x(i,j) − x(i+1,j)| + |x(i,j) − x(i,j+1)| over an image (1, 3, H, W)."""
    return tape("Add", _variation(tape, image, 2), _variation(tape, image, 3))


def _variation(tape: Tape, image: ir.Value, axis: int) -> ir.Value:
    axes = tape.integers([axis])
    ahead = tape("Slice", image, tape.integers([1]), tape.integers([2**31 - 1]), axes)
    behind = tape("Slice", image, tape.integers([0]), tape.integers([-1]), axes)
    return tape("ReduceSum", tape("Abs", tape("Sub", ahead, behind)), keepdims=0)
