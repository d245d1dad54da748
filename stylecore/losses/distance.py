"""Squared distances, which most terms are made of."""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .term import Recorder, Value


def squared_distance(record: Recorder, a: Value, b: Value) -> Value:
    """(a − b)², elementwise."""
    difference = record("Sub", a, b)
    return record("Mul", difference, difference)


def weighted_distance(found: Array, target: Array, weight: Array) -> float:
    """Σ w · (a − b)² in NumPy; the weight is repeated where it has fewer or shorter axes."""
    squares = np.square(found - target, dtype=np.float32)
    return float(np.sum(squares * weight, dtype=np.float64))


def energy(target: Array) -> float:
    """‖a‖²."""
    return float(np.sum(np.square(target, dtype=np.float64)))
