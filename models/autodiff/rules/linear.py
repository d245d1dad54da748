"""Rules of products of matrices."""

from __future__ import annotations

import onnx_ir as ir

from ..tape import Tape
from .elementwise import unbroadcast
from .table import Rule, define, dims, given, refuse, require


def _swap_last(t: Tape, x: ir.Value, rank: int) -> ir.Value:
    return t("Transpose", x, perm=[*range(rank - 2), rank - 1, rank - 2])


def _matmul(index: int) -> Rule:
    def rule(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
        rank = min(len(dims(given(n, 0))), len(dims(given(n, 1))))
        require(n, rank >= 2, "matrices, not vectors")
        other = _swap_last(t, given(n, 1 - index), len(dims(given(n, 1 - index))))
        product = t("MatMul", *((g, other) if index == 0 else (other, g)))
        return unbroadcast(t, product, n, index)

    return rule


def _gram(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    channels = dims(given(n))[0]
    assert channels is not None
    symmetric = t("Add", g, _swap_last(t, g, 3))  # (K, C, C)
    side_by_side = t("Transpose", symmetric, perm=[1, 0, 2])  # (C, K, C)
    left = t("Reshape", side_by_side, t.integers([channels, -1]))  # (C, K·C)
    guided = t("Reshape", n.outputs[1], t("Concat", t.integers([-1]), _positions(t, n), axis=0))
    return t("MatMul", left, guided)  # (C, N)


def _gram_guides(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    paired = t("Mul", given(n), t("MatMul", g, given(n)))  # (K, C, N)
    return t("ReduceSum", paired, t.integers([1]), keepdims=1)  # (K, 1, N)


def _positions(t: Tape, n: ir.Node) -> ir.Value:
    return t("Shape", given(n), start=1)


def _root_trace(t: Tape, g: ir.Value, n: ir.Node) -> ir.Value:
    return t("Mul", t("Mul", g, t.scalar(0.5)), n.outputs[1])


# y = a b  ⇒  ā = ȳ bᵀ, b̄ = aᵀ ȳ
define("MatMul", _matmul(0), _matmul(1))
# G_k = (g_k ∘ F) Fᵀ  ⇒  F̄ = Σ_k (Ḡ_k + Ḡ_kᵀ)(g_k ∘ F), one product over all k;
#                        ḡ_k = Σ_c (F ∘ Ḡ_k F)_c
define("Gram", _gram, _gram_guides)
# y_k = tr M_k^½  ⇒  M̄_k = ȳ_k/2 · M_k^-½
define("RootTrace", _root_trace, refuse("differentiate by the matrices; the unit is constant"))
