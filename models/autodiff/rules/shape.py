"""Rules of operators that move values without changing them."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

from ..tape import END, Tape
from .table import Rule, constant, define, dims, given, ints, refuse, require


def _transpose(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    perm = ints(n, "perm", list(reversed(range(len(dims(given(n)))))))
    return t("Transpose", g, perm=[int(axis) for axis in np.argsort(perm)])


def _slice(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    if ir.convenience.get_const_tensor(given(n, 2)) is None:
        return _slice_to_size(t, g, n)
    starts, ends = constant(n, 1, "starts"), constant(n, 2, "ends")
    axes = constant(n, 3, "axes") if len(n.inputs) > 3 else list(range(len(starts)))
    steps = constant(n, 4, "steps") if len(n.inputs) > 4 else [1] * len(starts)
    open_ended = np.iinfo(np.int32).max
    counts = all(s >= 0 and (e < 0 or e >= open_ended) for s, e in zip(starts, ends, strict=True))
    require(n, counts and set(steps) == {1}, "step 1, starts from the front, ends from the back")
    rank = len(dims(given(n)))
    pads = [0] * (2 * rank)
    for axis, start, end in zip(axes, starts, ends, strict=True):
        pads[axis % rank] = start
        pads[rank + axis % rank] = -end if end < 0 else 0
    return t("Pad", g, t.integers(pads))


def _slice_to_size(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    """Ends known only when the graph runs."""
    require(n, len(n.inputs) == 4, "step 1 and its axes named")
    starts, axes = t.integers(constant(n, 1, "starts")), t.integers(constant(n, 3, "axes"))
    full, kept = (t("Gather", t("Shape", x), axes) for x in (given(n), n.outputs[0]))
    after = t("Sub", t("Sub", full, kept), starts)
    return t("Pad", g, t("Concat", starts, after, axis=0), None, axes)


def _pad(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    mode = n.attributes.get_string("mode", "constant")
    if mode == "constant" and ir.convenience.get_const_tensor(given(n, 1)) is None:
        return _pad_at_run_time(t, g, n)
    require(n, mode in _UNPAD and len(n.inputs) < 4, f"mode {', '.join(_UNPAD)} and all axes")
    pads = constant(n, 1, "pads")
    rank = len(pads) // 2
    for axis in range(rank):
        before, after = pads[axis], pads[rank + axis]
        if before or after:
            g = _UNPAD[mode](t, g, rank, axis, before, after)
    return g


def _pad_at_run_time(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    """Pads known only when the graph runs, on axes that are named."""
    require(n, len(n.inputs) == 4, "all pads fixed, or their axes named")
    axes = t.integers(constant(n, 3, "axes"))
    starts = t("Slice", given(n, 1), t.integers([0]), t("Shape", axes))
    sizes = t("Gather", t("Shape", given(n)), axes)
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


def _fold_mirror(t: Tape, g: ir.Value, _rank: int, axis: int, before: int, after: int) -> ir.Value:
    """Add what fell on the mirrored border to where it was mirrored from, one side at a time."""
    if before:
        fell, edge = _span(t, g, axis, 0, before), _span(t, g, axis, before, before + 1)
        there = _span(t, g, axis, before + 1, 2 * before + 1)
        rest = _span(t, g, axis, 2 * before + 1, END)
        g = t("Concat", edge, t("Add", there, _reversed(t, fell, axis)), rest, axis=axis)
    if after:
        fell, edge = _span(t, g, axis, -after, END), _span(t, g, axis, -after - 1, -after)
        there = _span(t, g, axis, -2 * after - 1, -after - 1)
        rest = _span(t, g, axis, 0, -2 * after - 1)
        g = t("Concat", rest, t("Add", there, _reversed(t, fell, axis)), edge, axis=axis)
    return g


def _reversed(t: Tape, g: ir.Value, axis: int) -> ir.Value:
    minus = t.integers([-1])
    return t("Slice", g, minus, t.integers([-END - 1]), t.integers([axis]), minus)


def _concat(index: int) -> Rule:
    def rule(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
        axis = n.attributes["axis"].as_int()
        lengths = [dims(given(n, other))[axis] for other in range(index + 1)]
        known = [length for length in lengths if length is not None]
        require(n, len(known) == len(lengths), "parts of fixed length")
        return _span(t, g, axis, sum(known[:-1]), sum(known))

    return rule


_PARTS = 4
"""As many as the rule of Concat knows."""

_UNPAD = {"constant": _crop, "edge": _fold_edges, "reflect": _fold_mirror}


# y = reshape(x)  ⇒  x̄ = reshape(ȳ) to the shape of x
define("Reshape", lambda t, g, n: t("Reshape", g, t("Shape", given(n))), None)
# y = transpose(x)  ⇒  x̄ = the inverse permutation of ȳ
define("Transpose", _transpose)
# y = x[i:−j]  ⇒  x̄ = ȳ with zeros around
define("Slice", _slice, None, None, None, None)
# y = x with a border  ⇒  x̄ = ȳ without it; copies add to what they are copies of
define("Pad", _pad, None, refuse("differentiate by what it pads; the fill is constant"), None)
# y = a beside b beside …  ⇒  ā, b̄ … = their places in ȳ
define("Concat", *map(_concat, range(_PARTS)))
