"""Rules of resampling by whole factors."""

from __future__ import annotations

import onnx_ir as ir

from ..tape import Tape
from .table import define, require

_HOW = {
    "mode": "nearest",
    "coordinate_transformation_mode": "asymmetric",
    "nearest_mode": "floor",
}
_WANTED = f"{', '.join(_HOW.values())}, of height and width"


def _resize(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    how = [n.attributes.get_string(name, "") for name in _HOW]
    factors = _factors(n)
    require(n, how == list(_HOW.values()) and factors[:2] == [1, 1], _WANTED)
    mean = t("AveragePool", g, kernel_shape=factors[2:], strides=factors[2:])
    return t("Mul", mean, t.scalar(float(factors[2] * factors[3])))


def _factors(n: ir.Node) -> list[int]:
    """The factors of (N, C, H, W)."""
    scales = n.inputs[2] if len(n.inputs) > 2 else None
    tensor = None if scales is None else ir.convenience.get_const_tensor(scales)
    values = [] if tensor is None else [float(one) for one in tensor.numpy()]
    whole = len(values) == 4 and all(one >= 1 and one.is_integer() for one in values)
    require(n, whole, "four factors that are constant and whole")
    return [int(one) for one in values]


# y = every element repeated  ⇒  x̄ = the sum of ȳ over its copies
define("Resize", _resize, None, None, None)
