"""A network as ONNX operators, after the transformation network of Johnson, Alahi & Fei-Fei 2016.

A picture is seen in squares of 4×4 pixels; residual blocks, two doublings by nearest neighbours and
convolution, every convolution over a mirrored border and followed by instance norm (Ulyanov,
Vedaldi & Lempitsky 2016), and tanh at the end. With d = x − μ, and μ and σ² over the positions of a
channel of one picture:

    norm(x) = γ · d / √(σ² + ε) + β
    block(x) = x + norm(w₂ ∗ relu(norm(w₁ ∗ x)))
    styled = 127.5 + 127.5 · tanh(…)

Beside each square stands some noise (Ulyanov, Lebedev, Vedaldi & Lempitsky 2016): without it even
parts of a photograph, a clear sky, would stay even, whatever the strokes of the style are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx_ir as ir

from ..autodiff.tape import Tape
from .layers import Layer, block, stem, tail
from .sizes import MULTIPLE, Shape

Parameters = Mapping[str, ir.Value]
"""What is learnt, by name."""

_HALF_RANGE = 127.5
_LEAST_VARIANCE = 1e-5
_BOTH = [2, 3]
"""The axes of positions."""


def painted(
    tape: Tape, image: ir.Value, noise: ir.Value, parameters: Parameters, shape: Shape
) -> ir.Value:
    """Record a network: what it makes of pictures.

    Args:
        tape: where the operators are recorded.
        image: (N, 3, H, W), RGB, 0–255; both sides are multiples of `MULTIPLE`.
        noise: (N, NOISE, H/4, W/4), of mean 0 and variance 1.
        parameters: the shapes are those of :func:`parameters_of`.
        shape: of the network.

    Returns:
        (N, 3, H, W), 0–255.
    """
    half = tape.scalar(_HALF_RANGE)
    centred = tape("Div", tape("Sub", image, half), half)
    squares = tape("SpaceToDepth", centred, blocksize=MULTIPLE)
    x = tape("Concat", squares, noise, axis=1)
    x = tape("Relu", _recorded(tape, x, stem(shape), parameters))
    for index in range(1, shape.blocks + 1):
        first, second = block(shape, index)
        inner = tape("Relu", _recorded(tape, x, first, parameters))
        x = tape("Add", x, _recorded(tape, inner, second, parameters))
    *doublings, out = tail(shape)
    for layer in doublings:
        x = tape("Relu", _recorded(tape, x, layer, parameters))
    y = tape("Tanh", _recorded(tape, x, out, parameters))
    return tape("Add", tape("Mul", y, half), half)


def _recorded(tape: Tape, x: ir.Value, layer: Layer, parameters: Parameters) -> ir.Value:
    if layer.enlarged:
        x = _doubled(tape, x)
    reach = layer.kernel // 2
    around = tape("Pad", x, tape.integers([0, 0, reach, reach] * 2), mode="reflect")
    learnt = [parameters[name] for name in layer.parameters]
    side = [layer.kernel] * 2
    if not layer.normalised:
        return tape("Conv", around, *learnt, kernel_shape=side)
    kernel, gain, shift = learnt
    return _normalised(tape, tape("Conv", around, kernel, kernel_shape=side), gain, shift)


def _normalised(tape: Tape, x: ir.Value, gain: ir.Value, shift: ir.Value) -> ir.Value:
    away = tape("Sub", x, _mean(tape, x))
    variance = _mean(tape, tape("Mul", away, away))
    deviation = tape("Sqrt", tape("Add", variance, tape.scalar(_LEAST_VARIANCE)))
    return tape("Add", tape("Mul", away, tape("Div", gain, deviation)), shift)


def _mean(tape: Tape, x: ir.Value) -> ir.Value:
    return tape("ReduceMean", x, tape.integers(_BOTH), keepdims=1)


def _doubled(tape: Tape, x: ir.Value) -> ir.Value:
    scales = tape.constant(np.array([1, 1, 2, 2], np.float32))
    how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return tape("Resize", x, None, scales, mode="nearest", **how)
