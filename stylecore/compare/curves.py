"""Curves of many runs as one: the least loss so far, its median and its spread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .run import Curve, Run

Floats = NDArray[np.float64]
POINTS = 240
"""At which seconds are looked at."""


class Band(NamedTuple):
    """Of several curves; NaN where none has a value.

    Attributes:
        at: evaluations, or seconds.
        low: the first quartile.
        middle: the median.
        high: the third quartile.
    """

    at: Floats
    low: Floats
    middle: Floats
    high: Floats


def at_the_least(curve: Curve, name: str) -> Floats:
    """A part of the loss, where the loss was least so far."""
    losses, values = curve.at_last_scale(), curve.at_last_scale(name)
    found, best, held = np.full(len(losses), np.nan), np.inf, np.nan
    for i, (loss, value) in enumerate(zip(losses, values, strict=True)):
        if loss is not None and loss < best:
            best, held = loss, np.nan if value is None else value
        found[i] = held
    return found


def by_evaluations(curve: Curve) -> Floats:
    """The number of each evaluation, from 1."""
    return np.arange(1, len(curve.scale) + 1, dtype=np.float64)


def by_seconds(curve: Curve) -> Floats:
    """The seconds that were taken until each evaluation was made."""
    return np.array(curve.seconds, np.float64)


def stepped(at: Floats, values: Floats, where: Floats) -> Floats:
    """Values that hold until the next: what they are elsewhere; NaN before the first."""
    if not at.size:
        return np.full(where.shape, np.nan)
    index = np.searchsorted(at, where, side="right") - 1
    return np.where(index >= 0, values[np.maximum(index, 0)], np.nan)


def band(
    runs: Sequence[Run],
    units: Sequence[float],
    axis: Callable[[Curve], Floats],
    name: str = "loss",
) -> Band:
    """Several runs as one.

    Args:
        runs: of one contender.
        units: what each run's losses are divided by.
        axis: what they are looked at by.
        name: of the loss, or of a part of it.
    """
    ends = [float(axis(run.curve)[-1]) for run in runs if run.curve.scale]
    if not ends:
        nothing = np.zeros(0)
        return Band(nothing, nothing, nothing, nothing)
    where = _where(axis, max(ends))
    rows = np.stack([
        stepped(axis(run.curve), at_the_least(run.curve, name) / unit, where)
        for run, unit in zip(runs, units, strict=True)
    ])  # fmt: skip
    rows = rows[~np.isnan(rows).all(axis=1)]  # a run without a number says nothing
    there = ~np.isnan(rows).any(axis=0) & bool(len(rows))
    low, middle, high = np.full((3, where.size), np.nan)
    if there.any():
        low[there], middle[there], high[there] = np.percentile(rows[:, there], (25, 50, 75), axis=0)
    return Band(where, low, middle, high)


def _where(axis: Callable[[Curve], Floats], end: float) -> Floats:
    if axis is by_evaluations:
        return np.arange(1, round(end) + 1, dtype=np.float64)
    return np.linspace(0.0, end, POINTS)
