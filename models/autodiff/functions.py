"""Functions that stay one operator until the gradient is built: their derivative is cheaper so.

Each stands in a model as a function of its own; what is left of it after differentiation is inlined
into standard operators. Their rules stand in :mod:`.rules` like any other.
"""

from __future__ import annotations

import onnx_ir as ir

from .tape import DOMAIN, END, OPSET, FunctionTape, Tape

TILE = 4
"""Positions a side that one tile of Winograd's algorithm gives."""


def gram_function(dtype: ir.DataType) -> ir.Function:
    """(features (C, N), guides (K, 1, N)) → Grams (K, C, C) and guided features (K, C, N).

    G_k = (g_k ∘ F) Fᵀ. With g_k = 1/N it is F Fᵀ/N; with g_k the squared guidance channel,
    normalised to sum 1, it is the guided Gram of Gatys et al. 2017, eq. 5. It is one operator
    until the gradient is built, because its derivative can use that it is symmetric.
    """
    features = ir.val("features", dtype=dtype, shape=["channels", "positions"])
    guides = ir.val("guides", dtype=dtype, shape=["regions", 1, "positions"])
    tape = Tape(dtype)
    guided = tape("Mul", features, guides)
    gram = tape("MatMul", guided, tape("Transpose", features, perm=[1, 0]))
    graph = ir.Graph(
        [features, guides], [gram, guided], nodes=tape.nodes, opset_imports={"": OPSET}
    )
    return ir.Function(DOMAIN, "Gram", graph=graph, attributes={})


def root_trace_function(dtype: ir.DataType) -> ir.Function:
    """(M (K, C, C) symmetric and positive, I (C, C)) → tr M^½ (K, 1, 1) and M^-½ (K, C, C).

    By the coupled Newton–Schulz iteration for A = M/‖M‖, Y → A^½ and Z → A^-½ (Higham 2008, eq.
    6.35), which takes products alone: T = a (3 I − a² Z Y)/2, Y ← Y T, Z ← T Z. The factors a make
    small eigenvalues grow faster (Chen & Chow 2014): those from 1e-7 of ‖M‖ on have converged. It
    is one operator until the gradient is built, because that is half of Z.
    """
    m = ir.val("m", dtype=dtype, shape=["regions", "channels", "channels"])
    unit = ir.val("unit", dtype=dtype, shape=["channels", "channels"])
    tape = FunctionTape(dtype)
    scale = _norm(tape, m)
    y, z = tape("Div", m, scale), unit
    for index, factor in enumerate(_FACTORS):
        product = tape("MatMul", z, y) if index else y
        t = tape(
            "Sub",
            tape("Mul", unit, tape.scalar(1.5 * factor)),
            tape("Mul", product, tape.scalar(0.5 * factor**3)),
        )
        y = tape("MatMul", y, t)
        z = tape("MatMul", t, z) if index else t
    root = tape("Sqrt", scale)
    diagonal = tape("Mul", y, unit)
    trace = tape("ReduceSum", diagonal, tape.integers([1, 2]), keepdims=1)
    outputs = [tape("Mul", trace, root), tape("Div", z, root)]
    graph = ir.Graph([m, unit], outputs, nodes=tape.nodes, opset_imports={"": OPSET})
    return ir.Function(DOMAIN, "RootTrace", graph=graph, attributes={})


def _norm(tape: Tape, m: ir.Value) -> ir.Value:
    """‖M‖ by Frobenius, (K, 1, 1); a little where it is nothing."""
    squares = tape("ReduceSum", tape("Mul", m, m), tape.integers([1, 2]), keepdims=1)
    return tape("Max", tape("Sqrt", squares), tape.scalar(1e-20))


def _factors(least: float, enough: float) -> tuple[float, ...]:
    """The factors that bring roots of eigenvalues from [least, 1] to within ``enough`` of 1.

    Each gives both ends of the interval the same value (Chen & Chow 2014, §3).
    """
    factors: list[float] = []
    while 1 - least > enough:
        factors.append((3 / (1 + least + least**2)) ** 0.5)
        least *= factors[-1] * (3 - (factors[-1] * least) ** 2) / 2
    return tuple(factors)


_FACTORS = _factors(3e-4, 1e-12)


def overlap_function(dtype: ir.DataType) -> ir.Function:
    """Tiles (4, 4, h, w, C) → their 6×6 inputs (6, 6, h, w, C): one more place on every side.

    The place before the first is the last one of the tile before, the place after the last is the
    first one of the tile behind; beyond the border both are zero. It is one operator until the
    gradient is built: its derivative adds slices, where that of its parts would fill with zeros.
    """
    tiles = ir.val("tiles", dtype=dtype, shape=[TILE, TILE, "rows", "columns", "channels"])
    tape = FunctionTape(dtype)
    y = tiles
    for place, along in ((0, 2), (1, 3)):
        before = _shifted(tape, y, place, TILE - 1, along, 1)
        behind = _shifted(tape, y, place, 0, along, -1)
        y = tape("Concat", before, y, behind, axis=place)
    graph = ir.Graph([tiles], [y], nodes=tape.nodes, opset_imports={"": OPSET})
    return ir.Function(DOMAIN, "Overlap", graph=graph, attributes={})


def fold(tape: Tape, patches: ir.Value) -> ir.Value:
    """The transpose of Overlap: (6, 6, h, w, C) → (4, 4, h, w, C), what overlaps is added."""
    y = patches
    for place, along in ((1, 3), (0, 2)):
        first, middle, last = (
            _span(tape, y, [place], *ends) for ends in (([1], [2]), ([2], [4]), ([4], [5]))
        )
        from_before = _shifted(tape, y, place, 5, along, 1)
        from_behind = _shifted(tape, y, place, 0, along, -1)
        ends = tape("Add", first, from_before), tape("Add", last, from_behind)
        y = tape("Concat", ends[0], middle, ends[1], axis=place)
    return y


def _shifted(tape: Tape, x: ir.Value, place: int, index: int, along: int, by: int) -> ir.Value:
    """One place, moved by one tile along an axis; zeros come in."""
    start, end = (0, -1) if by > 0 else (1, END)
    kept = _span(tape, x, [place, along], [index, start], [index + 1, end])
    pads = [0] * 10
    pads[along if by > 0 else 5 + along] = 1
    return tape("Pad", kept, tape.integers(pads))


def _span(tape: Tape, x: ir.Value, axes: list[int], starts: list[int], ends: list[int]) -> ir.Value:
    return tape("Slice", x, *(tape.integers(values) for values in (starts, ends, axes)))
