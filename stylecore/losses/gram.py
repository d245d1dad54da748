"""Style as Gram matrices (Gatys et al. 2015, eq. 3–5; with regions Gatys et al. 2017, eq. 5–6).

G_k = (g_k ∘ F) Fᵀ and L = Σ_k w_k · ‖G_k − A_k‖². The guides g_k sum to 1 over the positions of
region k; for one region that is the whole picture g = 1/N, and G is F Fᵀ/N.
"""

from __future__ import annotations

from ..pictures.tensors import Array
from .distance import energy, squared_distance, weighted_distance
from .term import FeatureTerm, Recorder, Value


def gram(record: Recorder, features: Value, guide: Value | None, channels: int) -> Value:
    """Grams (K, C, C) of features (1, C, h, w) under guides (K, h, w)."""
    flat = record("Reshape", features, record.integers([channels, -1]))
    sizes = record("Shape", guide, start=0, end=1), record.integers([1, -1])
    weights = record("Reshape", guide, record("Concat", *sizes, axis=0))
    grams, _ = record.function("Gram", flat, weights, outputs=2)
    record.shaped(flat, [channels, None])
    return record.shaped(grams, ["regions", channels, channels])


def style_loss(record: Recorder, grams: Value, target: Value, weight: Value) -> Value:
    """Σ_k w_k · ‖G_k − A_k‖², w (K,)."""
    squares = squared_distance(record, grams, target)
    per_region = record("ReduceSum", squares, record.integers([1, 2]), keepdims=0)
    return record("ReduceSum", record("Mul", per_region, weight), keepdims=0)


def _measured(grams: Array, target: Array, weight: Array) -> float:
    return weighted_distance(grams, target, weight.reshape(-1, 1, 1))


GRAM = FeatureTerm(
    part="style",
    statistic="gram",
    target=("regions", "channels", "channels"),
    weight=("regions",),
    guided=True,
    statistic_of=gram,
    loss_of=style_loss,
    measured=_measured,
    energy=energy,
)
