"""Spreads of several numbers, and what is a difference between two contenders beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .run import Run
from .trial import Place

FEWEST = 3
"""Runs of each; fewer have no spread to tell a difference by."""


@dataclass(frozen=True)
class Spread:
    """Of several numbers; infinite ones are those that are none.

    Attributes:
        low: the first quartile.
        median: of all.
        high: the third quartile.
    """

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Of so many as there are."""
        found = sorted(values)
        if not found:
            return cls(math.nan, math.nan, math.nan)
        low, median, high = (_quantile(found, share) for share in (0.25, 0.5, 0.75))
        return cls(low, median, high)


@dataclass(frozen=True)
class Verdict:
    """One contender beside the best.

    Attributes:
        ratio: its delivered loss by the best one's, place by place.
        words: what that says: ``best``, ``worse``, ``no difference`` or ``too few runs``.
    """

    ratio: Spread
    words: str


def verdict(found: Mapping[Place, Run], best: Mapping[Place, Run]) -> Verdict:
    """What a contender's losses say beside the best one's.

    Places are compared each by itself, since losses of different pairs say nothing of each other.
    There is a difference where the middle half of all places agrees that there is: where the
    quartiles lie on one side of 1.
    """
    shared = [place for place in found if place in best]
    spread = Spread.of(ratio(found[place].loss, best[place].loss) for place in shared)
    if found is best:
        return Verdict(spread, "best")
    if len(shared) < FEWEST:
        return Verdict(spread, "too few runs")
    if spread.low <= 1 <= spread.high:
        return Verdict(spread, "no difference")
    return Verdict(spread, "worse" if spread.low > 1 else "better")


def ratio(one: float, other: float) -> float:
    """One by the other; 1 where both are nothing, or both are no numbers."""
    if one == other:
        return 1.0
    return one / other if other else math.inf


def _quantile(found: Sequence[float], share: float) -> float:
    """As NumPy has it, and infinite where one of the two that it lies between is."""
    at = share * (len(found) - 1)
    low, high = found[math.floor(at)], found[math.ceil(at)]
    return low if low == high else low + (at - math.floor(at)) * (high - low)
