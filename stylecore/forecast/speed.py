"""How fast an engine is, by a short timing: an iteration takes so long, and so long each pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter, process_time
from typing import NamedTuple

from ..engine.objective import Objective
from ..scene import Scene
from ..settings import Settings
from .sample import sample_point, sample_scene

_SIDES = (64, 192)
"""Pixels of the squares that are timed: the first scale of a run, and one that is much larger."""

_ROUNDS = 3

_OWN = 0.85
"""Of the threads' time: what a process has that nobody disturbs. Those that wait for work go on
looking for some, so it is nearly all, however little there is to do."""


@dataclass(frozen=True)
class Speed:
    """Seconds of an iteration, the loss with its gradient, over the pixels that the network sees.

    Attributes:
        fixed: seconds that each takes.
        each: further seconds for each pixel.
        disturbed: whether other processes had the cores, too, while it was timed.
    """

    fixed: float
    each: float
    disturbed: bool = False

    def iteration(self, pixels: float) -> float:
        """Seconds of one at so many pixels."""
        return self.fixed + self.each * pixels


def timed(
    objective_of: Callable[[Scene], Objective],
    settings: Settings,
    margin: int,
    threads: int = 0,
    clock: Callable[[], float] = perf_counter,
    worked: Callable[[], float] = process_time,
) -> Speed:
    """Time a few iterations at two small sizes; it takes a second or two.

    Args:
        objective_of: gives the objective of a scene, on the engine that is timed.
        settings: what of them the objective is made of.
        margin: pixels that the network sees around a picture.
        threads: on cores of this machine that compute it; 0 where others do.
        clock: tells seconds.
        worked: tells seconds of all threads of this process.
    """
    small, large = (_rounds(objective_of, settings, side, clock, worked) for side in _SIDES)
    first, last = (float((side + 2 * margin) ** 2) for side in _SIDES)
    each = max(0.0, (large.best - small.best) / (last - first))
    own = small.worked + large.worked
    disturbed = own < _OWN * threads * (small.seconds + large.seconds)
    return Speed(max(0.0, small.best - each * first), each, disturbed)


class _Rounds(NamedTuple):
    """At one size: the seconds of the fastest, of all, and of all threads in these."""

    best: float
    seconds: float
    worked: float


def _rounds(
    objective_of: Callable[[Scene], Objective],
    settings: Settings,
    side: int,
    clock: Callable[[], float],
    worked: Callable[[], float],
) -> _Rounds:
    objective, x = objective_of(sample_scene(replace(settings, size=side))), sample_point(side)
    objective(x)
    taken: list[float] = []
    before = worked()
    for _ in range(_ROUNDS):
        began = clock()
        objective(x)
        taken.append(clock() - began)
    # The fastest, since what else a machine does only adds to it.
    return _Rounds(min(taken), sum(taken), worked() - before)
