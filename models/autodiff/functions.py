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
