"""Style as Grams with means and deviations (Galerne et al. 2022, Scaling Painting Style Transfer).

L = Σ_k w_k · ⅓(‖G−A‖² + ‖A‖²/‖m‖² · ‖μ−m‖² + ‖A‖²/‖s‖² · ‖σ−s‖²), where A, m and s are the target's
Gram, mean and standard deviation in region k: three relative errors, which count alike. In plain
sums the Grams, which are squares of features, would drown the other two.

Targets are [A | m]. The deviation follows from it: σ² = G_cc − μ_c², and a ten-thousandth of G_cc,
so that its root has a slope where a channel is flat, and rounding cannot make it negative.
"""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .distance import energy, squared_distance
from .gaussian import Exact, gram_and_mean, parts_of, split, total_of, unit_matrix, weighted_sum
from .term import FeatureTerm, Recorder, Value

_RIDGE = 1e-4
_LEAST = 1e-12
"""Added to what is divided by, or drawn a root of: a dead channel has none of anything."""


def moments_loss(record: Recorder, statistic: Value, target: Value, weight: Value) -> Value:
    """The loss of statistics [G | μ] (K, C, C+1) against targets of the same kind, w (K,)."""
    unit = unit_matrix(record, statistic)
    found, wanted = (_three(record, one, unit) for one in (statistic, target))
    scale = _energy(record, wanted[0])
    distances = [
        _relative(record, one, other, scale) for one, other in zip(found, wanted, strict=True)
    ]
    together = record("Add", record("Add", distances[0], distances[1]), distances[2])
    return weighted_sum(record, record("Mul", together, record.scalar(1 / 3)), weight)


def _three(record: Recorder, statistic: Value, unit: Value) -> tuple[Value, Value, Value]:
    """Gram (K, C, C), mean (K, C, 1) and deviation (K, C, 1)."""
    grams, means = parts_of(record, statistic)
    on_diagonal = record("Mul", grams, unit)
    squares = record("ReduceSum", on_diagonal, record.integers([2]), keepdims=1)
    lifted = record("Mul", squares, record.scalar(1 + _RIDGE))
    variance = record("Sub", lifted, record("Mul", means, means))
    deviation = record("Sqrt", record("Add", variance, record.scalar(_LEAST)))
    return grams, means, deviation


def _relative(record: Recorder, found: Value, wanted: Value, scale: Value) -> Value:
    """‖a − b‖² / ‖b‖², (K, 1, 1), at the Grams' scale."""
    distance = total_of(record, squared_distance(record, found, wanted))
    return record("Mul", distance, record("Div", scale, _energy(record, wanted)))


def _energy(record: Recorder, target: Value) -> Value:
    squares = total_of(record, record("Mul", target, target))
    return record("Add", squares, record.scalar(_LEAST))


def _measured(statistic: Array, target: Array, weight: Array) -> float:
    found, wanted = _three_of(statistic), _three_of(target)
    energies = [np.square(one).sum(axis=(1, 2)) + _LEAST for one in wanted]
    distances = [
        np.square(one - other).sum(axis=(1, 2)) * (energies[0] / own)
        for one, other, own in zip(found, wanted, energies, strict=True)
    ]
    return float(np.sum(weight * np.sum(distances, axis=0) / 3))


def _three_of(statistic: Array) -> tuple[Exact, Exact, Exact]:
    grams, means = split(statistic)
    squares = np.diagonal(grams, axis1=-2, axis2=-1)
    deviation = np.sqrt((1 + _RIDGE) * squares - means**2 + _LEAST)
    return grams, means[..., None], deviation[..., None]


def _energy_of_gram(target: Array) -> float:
    return energy(target[..., :-1])


MOMENTS = FeatureTerm(
    part="style",
    statistic="moments",
    target=("regions", "channels", "channels+1"),
    weight=("regions",),
    guided=True,
    statistic_of=gram_and_mean,
    loss_of=moments_loss,
    measured=_measured,
    energy=_energy_of_gram,
)
