"""Features as a cloud of points: second moments beside the mean, [G | μ], (K, C, C+1).

G_k = (g_k ∘ F) Fᵀ and μ_k = F g_k, with guides g_k that sum to 1 over the positions of region k.
The mean of two such statistics is that of both clouds thrown together, which is what a blend of
styles is here, and what views of one style are.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array
from .gram import gram
from .term import Recorder, Value

Exact: TypeAlias = NDArray[np.float64]


def gram_and_mean(record: Recorder, features: Value, guide: Value | None, channels: int) -> Value:
    """[G | μ] (K, C, C+1) of features (1, C, h, w) under guides (K, h, w)."""
    grams = gram(record, features, guide, channels)
    means = _means(record, features, guide, channels)
    statistic = record("Concat", grams, means, axis=2)
    return record.shaped(statistic, ["regions", channels, channels + 1])


def _means(record: Recorder, features: Value, guide: Value | None, channels: int) -> Value:
    """μ (K, C, 1), by one product for all regions."""
    flat = record.shaped(
        record("Reshape", features, record.integers([channels, -1])), [channels, None]
    )
    sizes = record("Shape", guide, start=0, end=1), record.integers([-1])
    by_region = record("Reshape", guide, record("Concat", *sizes, axis=0))
    weights = record("Transpose", by_region, perm=[1, 0])
    means = record("MatMul", flat, record.shaped(weights, [None, None]))
    lying = record("Transpose", record.shaped(means, [channels, None]), perm=[1, 0])
    standing = record("Reshape", lying, record.integers([-1, channels, 1]))
    return record.shaped(standing, ["regions", channels, 1])


def parts_of(record: Recorder, statistic: Value) -> tuple[Value, Value]:
    """The square part (K, C, C) and the last column (K, C, 1)."""
    channels, axis = record.integers([statistic.shape[1]]), record.integers([2])
    square = record("Slice", statistic, record.integers([0]), record.integers([-1]), axis)
    return square, record("Slice", statistic, channels, record.integers([2**31 - 1]), axis)


def unit_matrix(record: Recorder, statistic: Value) -> Value:
    """I (C, C), for statistics of C channels."""
    places = record.integers(range(statistic.shape[1]))
    row, column = (record("Unsqueeze", places, record.integers([axis])) for axis in (0, 1))
    return record("Where", record("Equal", row, column), record.scalar(1.0), record.scalar(0.0))


def total_of(record: Recorder, values: Value) -> Value:
    """Each region's sum of (K, …, …), (K, 1, 1)."""
    return record("ReduceSum", values, record.integers([1, 2]), keepdims=1)


def weighted_sum(record: Recorder, per_region: Value, weight: Value) -> Value:
    """Σ_k w_k · d_k of distances (K, 1, 1) and weights (K,)."""
    flat = record("Reshape", per_region, record.integers([-1]))
    return record("ReduceSum", record("Mul", flat, weight), keepdims=0)


def split(statistic: Array) -> tuple[Exact, Exact]:
    """The square part (…, C, C) and the last column (…, C) in NumPy, in float64."""
    exact = np.asarray(statistic, np.float64)
    return exact[..., :-1], exact[..., -1]
