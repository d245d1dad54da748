"""Rules of operators that sum along axes."""

from __future__ import annotations

import onnx_ir as ir

from ..tape import Tape
from .table import constant, define, dims, given


def _axes(n: ir.Node) -> list[int]:
    rank = len(dims(given(n)))
    axes = constant(n, 1, "axes") if len(n.inputs) > 1 else range(rank)
    return [axis % rank for axis in axes]


def _reduce_sum(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    if not n.attributes.get_int("keepdims", 1):
        g = t("Unsqueeze", g, t.integers(_axes(n)))
    return t("Expand", g, t("Shape", given(n)))


def _reduce_mean(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    sizes = t("Gather", t("Shape", given(n)), t.integers(_axes(n)))
    count = t("Cast", t("ReduceProd", sizes, keepdims=0), to=t.dtype)
    return _reduce_sum(t, t("Div", g, count), n)


# y = Σ x  ⇒  x̄ = ȳ everywhere
define("ReduceSum", _reduce_sum, None)
# y = Σ x / N  ⇒  x̄ = ȳ / N everywhere
define("ReduceMean", _reduce_mean, None)
