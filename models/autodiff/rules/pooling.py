"""Rules of pooling in windows of 2×2."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

from ..tape import Tape
from .table import define, given, ints, require


def _require_halving(n: ir.Node) -> None:
    halving = (
        ints(n, "kernel_shape", []) == [2, 2]
        and ints(n, "strides", [1, 1]) == [2, 2]
        and not any(ints(n, "pads", [0]))
        and not n.attributes.get_int("ceil_mode", 0)
    )
    require(n, halving, "windows of 2×2 with stride 2 and no padding")


def _double(t: Tape, y: ir.Value) -> ir.Value:
    scales = t.constant(np.array([1, 1, 2, 2], np.float32))
    how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return t("Resize", y, None, scales, mode="nearest", **how)


def _even_part(t: Tape, x: ir.Value, halves: ir.Value) -> ir.Value:
    """The part of x that the windows cover: the last row and column of odd sizes are not."""
    ends = t("Mul", t("Shape", halves, start=2), t.integers([2]))
    return t("Slice", x, t.integers([0, 0]), ends, t.integers([2, 3]))


def _odd_rest(t: Tape, x: ir.Value, covered: ir.Value) -> ir.Value:
    """Zeros for the last row and column that no window covers."""
    missing = t("Sub", t("Shape", x), t("Shape", covered))
    return t("Pad", covered, t("Concat", t.integers([0, 0, 0, 0]), missing, axis=0))


def _max_pool(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    _require_halving(n)
    x, y = given(n), n.outputs[0]
    seen = _even_part(t, x, y)
    largest = t("Cast", t("Equal", seen, _double(t, y)), to=t.dtype)
    share = t("AveragePool", largest, kernel_shape=[2, 2], strides=[2, 2])  # winners / 4
    each = t("Mul", t("Div", g, share), t.scalar(0.25))
    return _odd_rest(t, x, t("Mul", largest, _double(t, each)))


def _average_pool(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    _require_halving(n)
    return _odd_rest(t, given(n), _double(t, t("Mul", g, t.scalar(0.25))))


# y = max over the window  ⇒  x̄ = ȳ / (number of maxima) at every maximum, 0 elsewhere
define("MaxPool", _max_pool)
# y = mean over the window  ⇒  x̄ = ȳ / 4 everywhere
define("AveragePool", _average_pool)
