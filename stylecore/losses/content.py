"""Content: how far features are from those of the photograph (Gatys et al. 2015, eq. 1).

L = Σ w · (F − P)², where w (1, 1, h, w) says how much each position counts.
"""

from __future__ import annotations

from .distance import energy, squared_distance, weighted_distance
from .term import FeatureTerm, Recorder, Value


def itself_of(_record: Recorder, features: Value, _guide: Value | None, _channels: int) -> Value:
    """The features themselves, as a statistic."""
    return features


def content_loss(record: Recorder, features: Value, target: Value, weight: Value) -> Value:
    """Σ w · (F − P)²."""
    weighted = record("Mul", squared_distance(record, features, target), weight)
    return record("ReduceSum", weighted, keepdims=0)


CONTENT = FeatureTerm(
    part="content",
    statistic="features",
    target=(1, "channels", "height", "width"),
    weight=(1, 1, "height", "width"),
    guided=False,
    statistic_of=itself_of,
    loss_of=content_loss,
    measured=weighted_distance,
    energy=energy,
)
