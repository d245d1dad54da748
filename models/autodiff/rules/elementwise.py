"""Rules of operators that work element by element."""

from __future__ import annotations

import onnx_ir as ir

from ..tape import Tape
from .table import define, dims, given, refuse


def unbroadcast(t: Tape, g: ir.Value, node: ir.Node, index: int) -> ir.Value:
    """Sum over the axes along which the input was repeated: those of fixed size 1, or missing."""
    own, full = dims(given(node, index)), dims(node.outputs[0])
    extra = len(full) - len(own)
    repeated = [
        extra + axis for axis, dim in enumerate(own) if dim == 1 and full[extra + axis] != 1
    ]
    if repeated:
        g = t("ReduceSum", g, t.integers(repeated), keepdims=1)
    if extra:
        g = t("ReduceSum", g, t.integers(range(extra)), keepdims=0)
    return g


def _positive(t: Tape, y: ir.Value) -> ir.Value:
    return t("Cast", t("Greater", y, t.scalar(0.0)), to=t.dtype)


def _of_divisor(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    return t("Neg", t("Div", t("Mul", g, n.outputs[0]), given(n, 1)))


def _tanh(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    y = n.outputs[0]
    return t("Mul", g, t("Sub", t.scalar(1.0), t("Mul", y, y)))


def _clip(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    return t("Mul", g, t("Cast", t("Equal", given(n), n.outputs[0]), to=t.dtype))


_BOUND = refuse("differentiate by what it clips; the bounds are constant")


# y = a + b  ⇒  ā = ȳ, b̄ = ȳ
define("Add", lambda t, g, n: unbroadcast(t, g, n, 0), lambda t, g, n: unbroadcast(t, g, n, 1))
# y = a − b  ⇒  ā = ȳ, b̄ = −ȳ
define(
    "Sub",
    lambda t, g, n: unbroadcast(t, g, n, 0),
    lambda t, g, n: unbroadcast(t, t("Neg", g), n, 1),
)
# y = a · b  ⇒  ā = ȳ · b, b̄ = ȳ · a
define(
    "Mul",
    lambda t, g, n: unbroadcast(t, t("Mul", g, given(n, 1)), n, 0),
    lambda t, g, n: unbroadcast(t, t("Mul", g, given(n, 0)), n, 1),
)
# y = a / b  ⇒  ā = ȳ / b, b̄ = −ȳ · y / b
define(
    "Div",
    lambda t, g, n: unbroadcast(t, t("Div", g, given(n, 1)), n, 0),
    lambda t, g, n: unbroadcast(t, _of_divisor(t, g, n), n, 1),
)
# y = −x  ⇒  x̄ = −ȳ
define("Neg", lambda t, g, _: t("Neg", g))
# y = |x|  ⇒  x̄ = ȳ · sign(x)
define("Abs", lambda t, g, n: t("Mul", g, t("Sign", given(n))))
# y = max(x, 0)  ⇒  x̄ = ȳ · [y > 0]
define("Relu", lambda t, g, n: t("Mul", g, _positive(t, n.outputs[0])))
# y = √x  ⇒  x̄ = ȳ / 2y
define("Sqrt", lambda t, g, n: t("Div", t("Mul", g, t.scalar(0.5)), n.outputs[0]))
# y = tanh x  ⇒  x̄ = ȳ · (1 − y²)
define("Tanh", _tanh)
# y = min(max(x, a), b)  ⇒  x̄ = ȳ · [x = y]
define("Clip", _clip, _BOUND, _BOUND)
# y = x  ⇒  x̄ = ȳ
define("Identity", lambda _t, g, _n: g)
