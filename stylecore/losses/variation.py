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
    return sum(
        float(np.abs(np.diff(channel, axis=axis)).sum(dtype=np.float64))
        for channel in image[0]  # one by one: a large picture's differences are large
        for axis in (0, 1)
    )


def _sloped(image: Array) -> Array:
    """Σ of the signs of both differences that a pixel is part of."""
    slope = np.zeros_like(image)
    for channel, found in zip(image[0], slope[0], strict=True):
        for axis in (0, 1):
            signs = np.sign(np.diff(channel, axis=axis))
            np.moveaxis(found, axis, 0)[1:] += np.moveaxis(signs, axis, 0)
            np.moveaxis(found, axis, 0)[:-1] -= np.moveaxis(signs, axis, 0)
    return slope


VARIATION = ImageTerm(part="tv", loss_of=total_variation, measured=_measured, sloped=_sloped)
