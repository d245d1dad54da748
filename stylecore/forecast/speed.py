"""How fast an engine is, by a short timing: an iteration takes so long, and so long each pixel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

from ..engine.objective import Objective
from ..scene import Scene
from ..settings import Settings
from .sample import sample_point, sample_scene

_SIDES = (64, 192)
"""Pixels of the squares that are timed: the first scale of a run, and one that is much larger."""

_ROUNDS = 3


@dataclass(frozen=True)
class Speed:
    """Seconds of an iteration, the loss with its gradient, over the pixels that the network sees.

    Attributes:
        fixed: seconds that each takes.
        each: further seconds for each pixel.
    """

    fixed: float
    each: float

    def iteration(self, pixels: float) -> float:
        """Seconds of one at so many pixels."""
        return self.fixed + self.each * pixels


def timed(
    objective_of: Callable[[Scene], Objective],
    settings: Settings,
    margin: int,
    clock: Callable[[], float] = perf_counter,
) -> Speed:
    """Time a few iterations at two small sizes; it takes a second or two.

    Args:
        objective_of: gives the objective of a scene, on the engine that is timed.
        settings: what of them the objective is made of.
        margin: pixels that the network sees around a picture.
        clock: tells seconds.
    """
    small, large = (
        (float((side + 2 * margin) ** 2), _seconds(objective_of, settings, side, clock))
        for side in _SIDES
    )
    each = max(0.0, (large[1] - small[1]) / (large[0] - small[0]))
    return Speed(max(0.0, small[1] - each * small[0]), each)


def _seconds(
    objective_of: Callable[[Scene], Objective],
    settings: Settings,
    side: int,
    clock: Callable[[], float],
) -> float:
    objective, x = objective_of(sample_scene(replace(settings, size=side))), sample_point(side)
    objective(x)
    taken: list[float] = []
    for _ in range(_ROUNDS):
        began = clock()
        objective(x)
        taken.append(clock() - began)
    return min(taken)  # what else a machine does only adds to it
