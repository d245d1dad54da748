"""Style as nearest neighbours (Kolkin et al. 2022, Neural Neighbor Style Transfer, eq. 3).

L = Σ_i w_i · (1 − cos(F_i, T_i)): at every position i the feature F_i of the picture shall point
where T_i does, the feature of the style that resembled it most when the scale began.

For T of unit length 1 − cos(F, T) is half of ‖F/‖F‖ − T‖², which loses no digits near zero.
"""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .content import itself_of
from .distance import squared_distance
from .term import FeatureTerm, Recorder, Value

_LEAST = 1e-6
"""Added to squared lengths: a position that nothing excites has no direction."""


def nearest_loss(record: Recorder, features: Value, target: Value, weight: Value) -> Value:
    """Σ w · (1 − cos(F, T)), F and T (1, C, h, w), T of unit length, w (1, 1, h, w)."""
    squares = _over_channels(record, record("Mul", features, features))
    length = record("Sqrt", record("Add", squares, record.scalar(_LEAST)))
    direction = record("Div", features, length)
    squared = _over_channels(record, squared_distance(record, direction, target))
    halved = record("Mul", squared, record.scalar(0.5))
    return record("ReduceSum", record("Mul", halved, weight), keepdims=0)


def _over_channels(record: Recorder, values: Value) -> Value:
    return record("ReduceSum", values, record.integers([1]), keepdims=1)


def _measured(features: Array, target: Array, weight: Array) -> float:
    length = np.sqrt(np.square(features).sum(axis=1, keepdims=True) + _LEAST)
    squared = np.square(features / length - target).sum(axis=1, keepdims=True)
    return float(np.sum(weight * squared / 2, dtype=np.float64))


def _one(_target: Array) -> float:
    return 1.0


NEAREST = FeatureTerm(
    part="style",
    statistic="nearest",
    target=(1, "channels", "height", "width"),
    weight=(1, 1, "height", "width"),
    guided=False,
    statistic_of=itself_of,
    loss_of=nearest_loss,
    measured=_measured,
    energy=_one,
)
