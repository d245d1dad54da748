"""The way to the best: how long runs took to fractions of the least loss at their place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .run import Run
from .spread import Spread
from .trial import Place


@dataclass(frozen=True)
class Reached:
    """The way to a fraction of the best loss.

    Attributes:
        fraction: of it.
        runs: that came so far.
        of: so many runs.
        evaluations: until then; infinite where half of the runs never came there.
        seconds: the same.
    """

    fraction: float
    runs: int
    of: int
    evaluations: float
    seconds: float


def ways_of(
    found: Iterable[Run], all_runs: Sequence[Run], fractions: Sequence[float]
) -> tuple[Reached, ...]:
    """How long a contender's runs took to fractions of the best running loss at their place."""
    mine = list(found)
    least = least_by_place(all_runs, running_of)
    ways: list[Reached] = []
    for fraction in fractions:
        at = [first_at(run, least[run.place] / fraction) for run in mine]
        ways.append(Reached(fraction, *together(at)))
    return tuple(ways)


def together(ends: Sequence[tuple[float, float] | None]) -> tuple[int, int, float, float]:
    """What several of :func:`first_at` say: how many came there, of how many, and the medians."""
    found = [end or (math.inf, math.inf) for end in ends]
    evaluations, seconds = (Spread.of(end[i] for end in found).median for i in (0, 1))
    return sum(end is not None for end in ends), len(ends), evaluations, seconds


def first_at(run: Run, loss: float) -> tuple[float, float] | None:
    """Evaluations and seconds until a loss at the last scale was reached, or None."""
    for i, one in enumerate(run.curve.at_last_scale()):
        if one is not None and one <= loss * (1 + 1e-12):
            return i + 1.0, run.curve.seconds[i]
    return None


def least_by_place(runs: Iterable[Run], loss: Callable[[Run], float]) -> dict[Place, float]:
    """The least loss of any contender at each place."""
    found: dict[Place, float] = {}
    for run in runs:
        found[run.place] = min(found.get(run.place, math.inf), loss(run))
    return found


def running_of(run: Run) -> float:
    """The least loss of its evaluations; infinite where none was a number."""
    return math.inf if run.running is None else run.running
