"""Total variation: Σ |x(i,j) − x(i+1,j)| + |x(i,j) − x(i,j+1)| over an image (1, 3, H, W)."""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .term import ImageTerm, Recorder, Value


def total_variation(record: Recorder, image: Value) -> Value:
    """Σ |x(i,j) − x(i+1,j)| + |x(i,j) − x(i,j+1)|."""
    return record("Add", _variation(record, image, 2), _variation(record, image, 3))


def _variation(record: Recorder, image: Value, axis: int) -> Value:
    axes = record.integers([axis])
    ahead = record("Slice", image, record.integers([1]), record.integers([2**31 - 1]), axes)
    behind = record("Slice", image, record.integers([0]), record.integers([-1]), axes)
    return record("ReduceSum", record("Abs", record("Sub", ahead, behind)), keepdims=0)


def _measured(image: Array) -> float:
    down, right = np.diff(image, axis=2), np.diff(image, axis=3)
    return float(np.abs(down).sum(dtype=np.float64) + np.abs(right).sum(dtype=np.float64))


VARIATION = ImageTerm(part="tv", loss_of=total_variation, measured=_measured)
