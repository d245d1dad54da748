"""Whose colours a network's pictures have, as operators: the equations of ``pictures.color``."""

from __future__ import annotations

import onnx_ir as ir

from ...pictures.color import LUMA
from ..autodiff.tape import Tape

_FULL = 255.0
_LEAST = 1e-6


def luma(tape: Tape, image: ir.Value) -> ir.Value:
    """Y of pictures (N, 3, H, W), (N, 1, H, W)."""
    shares = tape.constant(LUMA.reshape(1, 3, 1, 1).astype(tape.dtype.numpy()))
    return tape("ReduceSum", tape("Mul", image, shares), tape.integers([1]), keepdims=1)


def grey(tape: Tape, image: ir.Value) -> ir.Value:
    """Pictures without their colours, (N, 3, H, W)."""
    level = luma(tape, image)
    return tape("Concat", level, level, level, axis=1)


def with_chroma(tape: Tape, styled: ir.Value, image: ir.Value) -> ir.Value:
    """The luma of what was painted with the chroma of the picture, as strong as there is room."""
    level = luma(tape, styled)
    chroma = tape("Sub", image, luma(tape, image))
    nothing, full = tape.scalar(0.0), tape.scalar(_FULL)
    upward = tape("Greater", chroma, nothing)
    room = tape("Where", upward, tape("Sub", full, level), level)
    ratio = tape("Div", room, tape("Max", tape("Abs", chroma), tape.scalar(_LEAST)))
    most = tape("ReduceMin", ratio, tape.integers([1]), keepdims=1)
    strength = tape("Min", most, tape.scalar(1.0))
    return tape("Add", level, tape("Mul", strength, chroma))
