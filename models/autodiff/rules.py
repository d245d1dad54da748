"""The rules of reverse-mode differentiation: one per operator, in standard operators only.

Each gives the cotangent of one input from the cotangent ȳ of the output (Griewank & Walther 2008,
§3.2). A new operator takes one statement here, under its heading, and a case in the tests. Each
section ends with its statements, the equation above each; what they call stands before them.

    elementwise: Add, Sub, Mul, Div, Neg, Abs, Relu, Sqrt, Identity
    shape: Reshape, Transpose, Slice, Pad, Concat
    reduction: ReduceSum
    linear: MatMul, Gram, RootTrace
    convolution: Conv, Overlap
    pooling: MaxPool, AveragePool
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import onnx_ir as ir

from ...errors import ModelError
from .functions import fold
from .tape import END, Tape

Rule: TypeAlias = Callable[[Tape, ir.Value, ir.Node], ir.Value]
"""(tape, ȳ, node) → x̄ for the input that the rule stands for."""

RULES: dict[str, tuple[Rule | None, ...]] = {}


def define(op_type: str, *rules: Rule | None) -> None:
    """Register one rule per input; None for inputs that carry no gradient (axes, shapes)."""
    RULES[op_type] = rules


def _x(node: ir.Node, index: int = 0) -> ir.Value:
    value = node.inputs[index]
    assert value is not None
    return value


def _dims(value: ir.Value) -> list[int | None]:
    if value.shape is None:
        raise ModelError(f"the rank of {value.name!r} is unknown; infer the graph's shapes first")
    return [dim if isinstance(dim, int) else None for dim in value.shape]


def _ints(node: ir.Node, name: str, default: list[int]) -> list[int]:
    attribute = node.attributes.get(name)
    return default if attribute is None else list(attribute.as_ints())


def _constant(node: ir.Node, index: int, what: str) -> list[int]:
    tensor = ir.convenience.get_const_tensor(_x(node, index))
    if tensor is None:
        raise ModelError(f"{node.op_type} ({node.name}): {what} must be constant")
    return [int(item) for item in tensor.numpy().reshape(-1)]


def _require(node: ir.Node, holds: bool, wanted: str) -> None:
    if not holds:
        raise ModelError(f"{node.op_type} ({node.name}): its gradient rule wants {wanted}")


def _refuse(words: str) -> Rule:
    """The rule of an input that could carry a gradient, and that must be constant here."""

    def rule(_t: Tape, _g: ir.Value, n: ir.Node) -> ir.Value:
        raise ModelError(f"{n.op_type} ({n.name}): {words}")

    return rule


# --- elementwise -------------------------------------------------------------------------------


def _unbroadcast(t: Tape, g: ir.Value, node: ir.Node, index: int) -> ir.Value:
    """Sum over the axes along which the input was repeated: those of fixed size 1, or missing."""
    dims, full = _dims(_x(node, index)), _dims(node.outputs[0])
    extra = len(full) - len(dims)
    repeated = [
        extra + axis for axis, dim in enumerate(dims) if dim == 1 and full[extra + axis] != 1
    ]
    if repeated:
        g = t("ReduceSum", g, t.integers(repeated), keepdims=1)
    if extra:
        g = t("ReduceSum", g, t.integers(range(extra)), keepdims=0)
    return g


def _positive(t: Tape, y: ir.Value) -> ir.Value:
    return t("Cast", t("Greater", y, t.scalar(0.0)), to=t.dtype)


# y = a + b  ⇒  ā = ȳ, b̄ = ȳ
define("Add", lambda t, g, n: _unbroadcast(t, g, n, 0), lambda t, g, n: _unbroadcast(t, g, n, 1))
# y = a − b  ⇒  ā = ȳ, b̄ = −ȳ
define(
    "Sub",
    lambda t, g, n: _unbroadcast(t, g, n, 0),
    lambda t, g, n: _unbroadcast(t, t("Neg", g), n, 1),
)
# y = a · b  ⇒  ā = ȳ · b, b̄ = ȳ · a
define(
    "Mul",
    lambda t, g, n: _unbroadcast(t, t("Mul", g, _x(n, 1)), n, 0),
    lambda t, g, n: _unbroadcast(t, t("Mul", g, _x(n, 0)), n, 1),
)
# y = a / b  ⇒  ā = ȳ / b, b̄ = −ȳ · y / b
define(
    "Div",
    lambda t, g, n: _unbroadcast(t, t("Div", g, _x(n, 1)), n, 0),
    lambda t, g, n: _unbroadcast(t, t("Neg", t("Div", t("Mul", g, n.outputs[0]), _x(n, 1))), n, 1),
)
# y = −x  ⇒  x̄ = −ȳ
define("Neg", lambda t, g, _: t("Neg", g))
# y = |x|  ⇒  x̄ = ȳ · sign(x)
define("Abs", lambda t, g, n: t("Mul", g, t("Sign", _x(n))))
# y = max(x, 0)  ⇒  x̄ = ȳ · [y > 0]
define("Relu", lambda t, g, n: t("Mul", g, _positive(t, n.outputs[0])))
# y = √x  ⇒  x̄ = ȳ / 2y
define("Sqrt", lambda t, g, n: t("Div", t("Mul", g, t.scalar(0.5)), n.outputs[0]))
# y = x  ⇒  x̄ = ȳ
define("Identity", lambda _t, g, _n: g)


# --- shape -------------------------------------------------------------------------------------


def _transpose(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    perm = _ints(n, "perm", list(reversed(range(len(_dims(_x(n)))))))
    return t("Transpose", g, perm=[int(axis) for axis in np.argsort(perm)])


def _slice(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    if ir.convenience.get_const_tensor(_x(n, 2)) is None:
        return _slice_to_size(t, g, n)
    starts, ends = _constant(n, 1, "starts"), _constant(n, 2, "ends")
    axes = _constant(n, 3, "axes") if len(n.inputs) > 3 else list(range(len(starts)))
    steps = _constant(n, 4, "steps") if len(n.inputs) > 4 else [1] * len(starts)
    open_ended = np.iinfo(np.int32).max
    counts = all(s >= 0 and (e < 0 or e >= open_ended) for s, e in zip(starts, ends, strict=True))
    _require(n, counts and set(steps) == {1}, "step 1, starts from the front, ends from the back")
    rank = len(_dims(_x(n)))
    pads = [0] * (2 * rank)
    for axis, start, end in zip(axes, starts, ends, strict=True):
        pads[axis % rank] = start
        pads[rank + axis % rank] = -end if end < 0 else 0
    return t("Pad", g, t.integers(pads))


def _slice_to_size(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    """Ends known only when the graph runs."""
    _require(n, len(n.inputs) == 4, "step 1 and its axes named")
    starts, axes = t.integers(_constant(n, 1, "starts")), t.integers(_constant(n, 3, "axes"))
    full, kept = (t("Gather", t("Shape", x), axes) for x in (_x(n), n.outputs[0]))
    after = t("Sub", t("Sub", full, kept), starts)
    return t("Pad", g, t("Concat", starts, after, axis=0), None, axes)


def _pad(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    mode = n.attributes.get_string("mode", "constant")
    if mode == "constant" and ir.convenience.get_const_tensor(_x(n, 1)) is None:
        return _pad_at_run_time(t, g, n)
    _require(n, mode in _UNPAD and len(n.inputs) < 4, f"mode {', '.join(_UNPAD)} and all axes")
    pads = _constant(n, 1, "pads")
    rank = len(pads) // 2
    for axis in range(rank):
        before, after = pads[axis], pads[rank + axis]
        if before or after:
            g = _UNPAD[mode](t, g, rank, axis, before, after)
    return g


def _pad_at_run_time(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    """Pads known only when the graph runs, on axes that are named."""
    _require(n, len(n.inputs) == 4, "all pads fixed, or their axes named")
    axes = t.integers(_constant(n, 3, "axes"))
    starts = t("Slice", _x(n, 1), t.integers([0]), t("Shape", axes))
    sizes = t("Gather", t("Shape", _x(n)), axes)
    return t("Slice", g, starts, t("Add", starts, sizes), axes)


def _span(t: Tape, g: ir.Value, axis: int, start: int, end: int) -> ir.Value:
    return t("Slice", g, t.integers([start]), t.integers([end]), t.integers([axis]))


def _crop(t: Tape, g: ir.Value, _rank: int, axis: int, before: int, after: int) -> ir.Value:
    return _span(t, g, axis, before, -after if after else END)


def _fold_edges(t: Tape, g: ir.Value, _rank: int, axis: int, before: int, after: int) -> ir.Value:
    """Add what fell on the copies of an edge to the edge itself (two positions or more a side)."""
    axes = t.integers([axis])
    first = t("ReduceSum", _span(t, g, axis, 0, before + 1), axes, keepdims=1)
    last = t("ReduceSum", _span(t, g, axis, -after - 1, END), axes, keepdims=1)
    return t("Concat", first, _span(t, g, axis, before + 1, -after - 1), last, axis=axis)


def _fold_mirror(t: Tape, g: ir.Value, rank: int, axis: int, before: int, after: int) -> ir.Value:
    """Add what fell on the mirrored border to where it was mirrored from."""
    x = _crop(t, g, rank, axis, before, after)
    size = t("Slice", t("Shape", x), t.integers([axis]), t.integers([axis + 1]))
    for span, margin, at_front in (((0, before), before, True), ((-after, END), after, False)):
        if margin:
            mirrored = _reversed(t, _span(t, g, axis, *span), axis)
            rest = t("Sub", size, t.integers([margin + 1]))
            around = (t.integers([1]), rest) if at_front else (rest, t.integers([1]))
            x = t("Add", x, _between(t, mirrored, rank, axis, *around))
    return x


def _reversed(t: Tape, g: ir.Value, axis: int) -> ir.Value:
    minus = t.integers([-1])
    return t("Slice", g, minus, t.integers([-(2**31)]), t.integers([axis]), minus)


def _between(
    t: Tape, g: ir.Value, rank: int, axis: int, before: ir.Value, after: ir.Value
) -> ir.Value:
    """Zeros on both sides along one axis, of lengths known only when the graph runs."""
    none = [
        t.integers([0] * count) if count else None for count in (axis, rank - 1, rank - 1 - axis)
    ]
    parts = (none[0], before, none[1], after, none[2])
    return t("Pad", g, t("Concat", *(part for part in parts if part is not None), axis=0))


def _concat(index: int) -> Rule:
    def rule(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
        axis = n.attributes["axis"].as_int()
        lengths = [_dims(_x(n, other))[axis] for other in range(index + 1)]
        known = [length for length in lengths if length is not None]
        _require(n, len(known) == len(lengths), "parts of fixed length")
        return _span(t, g, axis, sum(known[:-1]), sum(known))

    return rule


_PARTS = 4
"""As many as the rule of Concat knows."""

_UNPAD = {"constant": _crop, "edge": _fold_edges, "reflect": _fold_mirror}


# y = reshape(x)  ⇒  x̄ = reshape(ȳ) to the shape of x
define("Reshape", lambda t, g, n: t("Reshape", g, t("Shape", _x(n))), None)
# y = transpose(x)  ⇒  x̄ = the inverse permutation of ȳ
define("Transpose", _transpose)
# y = x[i:−j]  ⇒  x̄ = ȳ with zeros around
define("Slice", _slice, None, None, None, None)
# y = x with a border  ⇒  x̄ = ȳ without it; copies add to what they are copies of
define("Pad", _pad, None, _refuse("differentiate by what it pads; the fill is constant"), None)
# y = a beside b beside …  ⇒  ā, b̄ … = their places in ȳ
define("Concat", *map(_concat, range(_PARTS)))


# --- reduction ---------------------------------------------------------------------------------


def _reduce_sum(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    x = _x(n)
    rank = len(_dims(x))
    axes = _constant(n, 1, "axes") if len(n.inputs) > 1 else list(range(rank))
    if not n.attributes.get_int("keepdims", 1):
        g = t("Unsqueeze", g, t.integers([axis % rank for axis in axes]))
    return t("Expand", g, t("Shape", x))


# y = Σ x  ⇒  x̄ = ȳ everywhere
define("ReduceSum", _reduce_sum, None)


# --- linear ------------------------------------------------------------------------------------


def _swap_last(t: Tape, x: ir.Value, rank: int) -> ir.Value:
    return t("Transpose", x, perm=[*range(rank - 2), rank - 1, rank - 2])


def _matmul(index: int) -> Rule:
    def rule(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
        rank = min(len(_dims(_x(n, 0))), len(_dims(_x(n, 1))))
        _require(n, rank >= 2, "matrices, not vectors")
        other = _swap_last(t, _x(n, 1 - index), len(_dims(_x(n, 1 - index))))
        product = t("MatMul", *((g, other) if index == 0 else (other, g)))
        return _unbroadcast(t, product, n, index)

    return rule


def _gram(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    channels = _dims(_x(n))[0]
    assert channels is not None
    symmetric = t("Add", g, _swap_last(t, g, 3))  # (K, C, C)
    side_by_side = t("Transpose", symmetric, perm=[1, 0, 2])  # (C, K, C)
    left = t("Reshape", side_by_side, t.integers([channels, -1]))  # (C, K·C)
    guided = t("Reshape", n.outputs[1], t("Concat", t.integers([-1]), _positions(t, n), axis=0))
    return t("MatMul", left, guided)  # (C, N)


def _gram_guides(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    paired = t("Mul", _x(n), t("MatMul", g, _x(n)))  # (K, C, N)
    return t("ReduceSum", paired, t.integers([1]), keepdims=1)  # (K, 1, N)


def _positions(t: Tape, n: ir.Node) -> ir.Value:
    return t("Shape", _x(n), start=1)


def _root_trace(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    return t("Mul", t("Mul", g, t.scalar(0.5)), n.outputs[1])


# y = a b  ⇒  ā = ȳ bᵀ, b̄ = aᵀ ȳ
define("MatMul", _matmul(0), _matmul(1))
# G_k = (g_k ∘ F) Fᵀ  ⇒  F̄ = Σ_k (Ḡ_k + Ḡ_kᵀ)(g_k ∘ F), one product over all k;
#                        ḡ_k = Σ_c (F ∘ Ḡ_k F)_c
define("Gram", _gram, _gram_guides)
# y_k = tr M_k^½  ⇒  M̄_k = ȳ_k/2 · M_k^-½
define("RootTrace", _root_trace, _refuse("differentiate by the matrices; the unit is constant"))


# --- convolution -------------------------------------------------------------------------------


def _conv_input(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    weight = _x(n, 1)
    kernel = _dims(weight)[2:]
    spatial = len(kernel)
    unit = [1] * spatial
    plain = _ints(n, "strides", unit) == unit and _ints(n, "dilations", unit) == unit
    one_group = n.attributes.get_int("group", 1) == 1
    no_auto_pad = n.attributes.get_string("auto_pad", "NOTSET") == "NOTSET"
    _require(n, plain and one_group and no_auto_pad, "stride 1, dilation 1, one group, given pads")
    pads = _ints(n, "pads", [0] * (2 * spatial))
    sizes = [size for size in kernel if size is not None]
    _require(n, len(sizes) == spatial, "a kernel of fixed size")
    flipped = _flip(t, t("Transpose", weight, perm=[1, 0, *range(2, 2 + spatial)]), spatial)
    turned = [size - 1 - pad for size, pad in zip(sizes * 2, pads, strict=True)]
    _require(n, min(turned) >= 0, "pads smaller than the kernel")
    return t("Conv", g, flipped, pads=turned)


def _flip(t: Tape, weight: ir.Value, spatial: int) -> ir.Value:
    axes = list(range(2, 2 + spatial))
    ends = t.integers([-(2**31)] * spatial)
    minus = t.integers([-1] * spatial)
    return t("Slice", weight, minus, ends, t.integers(axes), minus)


_FROZEN = _refuse("differentiate by its image; weights and bias are constant")


# y = w ∗ x + b  ⇒  x̄ = (w with in and out exchanged and both axes flipped) ∗ ȳ
define("Conv", _conv_input, _FROZEN, _FROZEN)
# y = the 6×6 inputs of every tile of 4×4  ⇒  x̄ = ȳ, added up where they overlap
define("Overlap", lambda t, g, _: fold(t, g))


# --- pooling -----------------------------------------------------------------------------------


def _require_halving(n: ir.Node) -> None:
    halving = (
        _ints(n, "kernel_shape", []) == [2, 2]
        and _ints(n, "strides", [1, 1]) == [2, 2]
        and not any(_ints(n, "pads", [0]))
        and not n.attributes.get_int("ceil_mode", 0)
    )
    _require(n, halving, "windows of 2×2 with stride 2 and no padding")


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
    x, y = _x(n), n.outputs[0]
    seen = _even_part(t, x, y)
    largest = t("Cast", t("Equal", seen, _double(t, y)), to=t.dtype)
    share = t("AveragePool", largest, kernel_shape=[2, 2], strides=[2, 2])  # winners / 4
    each = t("Mul", t("Div", g, share), t.scalar(0.25))
    return _odd_rest(t, x, t("Mul", largest, _double(t, each)))


def _average_pool(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    _require_halving(n)
    return _odd_rest(t, _x(n), _double(t, t("Mul", g, t.scalar(0.25))))


# y = max over the window  ⇒  x̄ = ȳ / (number of maxima) at every maximum, 0 elsewhere
define("MaxPool", _max_pool)
# y = mean over the window  ⇒  x̄ = ȳ / 4 everywhere
define("AveragePool", _average_pool)
