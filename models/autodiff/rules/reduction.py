"""Rules of operators that sum along axes."""

from __future__ import annotations

import onnx_ir as ir

from ..tape import Tape
from .table import constant, define, dims, given


def _reduce_sum(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    x = given(n)
    rank = len(dims(x))
    axes = constant(n, 1, "axes") if len(n.inputs) > 1 else list(range(rank))
    if not n.attributes.get_int("keepdims", 1):
        g = t("Unsqueeze", g, t.integers([axis % rank for axis in axes]))
    return t("Expand", g, t("Shape", x))


# y = Σ x  ⇒  x̄ = ȳ everywhere
define("ReduceSum", _reduce_sum, None)
