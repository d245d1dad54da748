"""Style as Gaussians, compared by the squared 2-Wasserstein distance (Olkin & Pukelsheim 1982).

L = Σ_k w_k · (‖μ−m‖² + tr Σ + tr T − 2 tr (T^½ Σ T^½)^½), with mean m and covariance T of the style
and μ, Σ of the picture, as K. Crowson's style-transfer-pytorch has it. The root of a matrix is
made of products alone (`stylecore.models.autodiff.functions`).

Both covariances have a ridge ε I, a tenth of the style's mean variance, so that the root exists
in float32: directions with less variance count less, and the distance is one still. Targets are
[(T + ε I)^½ | m], made from the blend of [second moments | mean]: styles that are blended are
clouds of points thrown together, and the target is the Gaussian of that cloud.
"""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .distance import energy, squared_distance
from .gaussian import gram_and_mean, parts_of, split, total_of, unit_matrix, weighted_sum
from .term import FeatureTerm, Recorder, Value

_RIDGE = 0.1
_LEAST = 1e-12


def wasserstein_loss(record: Recorder, statistic: Value, target: Value, weight: Value) -> Value:
    """The loss of [G | μ] (K, C, C+1) against [(T + ε I)^½ | m], w (K,)."""
    unit = unit_matrix(record, statistic)
    root, wanted = parts_of(record, target)
    grams, means = parts_of(record, statistic)
    scale = record("Max", total_of(record, record("Mul", root, root)), record.scalar(_LEAST))
    # All at the scale of tr T: the product of two covariances may leave the range of float32.
    shrink = record("Div", record.scalar(1.0), scale)
    covariance = record("Mul", _covariance(record, grams, means), shrink)
    ridged = record("Add", covariance, _ridge(record, statistic, unit))
    spread = _spread(record, ridged, record("Mul", root, record("Sqrt", shrink)), unit)
    apart = total_of(record, squared_distance(record, means, wanted))
    distance = record("Add", apart, record("Mul", spread, scale))
    return weighted_sum(record, distance, weight)


def _covariance(record: Recorder, grams: Value, means: Value) -> Value:
    """G − μ μᵀ, (K, C, C)."""
    lying = record("Transpose", means, perm=[0, 2, 1])
    return record("Sub", grams, record("Mul", means, lying))


def _ridge(record: Recorder, statistic: Value, unit: Value) -> Value:
    return record("Mul", unit, record.scalar(_RIDGE / statistic.shape[1]))


def _spread(record: Recorder, covariance: Value, root: Value, unit: Value) -> Value:
    """The traces tr Σ + 1 − 2 tr (T^½ Σ T^½)^½ (K, 1, 1), where tr T is 1."""
    between = record("MatMul", record("MatMul", root, covariance), root)
    traces, _ = record.function("RootTrace", between, unit, outputs=2)
    shared = record("Mul", record.shaped(traces, ["regions", 1, 1]), record.scalar(2.0))
    own = total_of(record, record("Mul", covariance, unit))
    return record("Sub", record("Add", own, record.scalar(1.0)), shared)


def _target(statistic: Array) -> Array:
    """[(T + ε I)^½ | m] (C, C+1) of [second moments | mean]."""
    seconds, mean = split(statistic)
    variances, axes = np.linalg.eigh(seconds - np.outer(mean, mean))
    variances = np.maximum(variances, 0)
    ridge = variances.mean() * _RIDGE / (1 - _RIDGE)
    root = (axes * np.sqrt(variances + ridge)) @ axes.T
    return np.column_stack([root, mean]).astype(np.float32)


def _measured(statistic: Array, target: Array, weight: Array) -> float:
    pairs = zip(statistic, target, weight, strict=True)
    return float(sum(w * _distance(found, wanted) for found, wanted, w in pairs))


def _distance(statistic: Array, target: Array) -> float:
    """Of one region, in float64, by eigenvalues."""
    (seconds, mean), (root, wanted) = split(statistic), split(target)
    energy_of_root = float(np.square(root).sum())
    ridge = energy_of_root * _RIDGE / len(root)
    covariance = seconds - np.outer(mean, mean) + ridge * np.eye(len(root))
    shared = np.linalg.eigvalsh(root @ covariance @ root)
    spread = np.trace(covariance) + energy_of_root - 2 * np.sqrt(np.maximum(shared, 0)).sum()
    return float(np.square(mean - wanted).sum() + spread)


WASSERSTEIN = FeatureTerm(
    part="style",
    statistic="gaussian",
    target=("regions", "channels", "channels+1"),
    weight=("regions",),
    guided=True,
    statistic_of=gram_and_mean,
    loss_of=wasserstein_loss,
    measured=_measured,
    energy=energy,
    target_of=_target,
)
