"""What a comparison tells on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from .run import Run
from .trial import Trial


@dataclass(frozen=True)
class Planned:
    """It is known what is to be run.

    Attributes:
        total: runs in all.
    """

    total: int


@dataclass(frozen=True)
class Evaluated:
    """An evaluation was made.

    Attributes:
        trial: in this one.
        done: runs that are done.
        total: runs in all.
        evaluation: the number of this one, from 1.
        loss: at it.
        share: of the work, what is done, 0–1.
        remaining: an estimate of the seconds until the end.
    """

    trial: Trial
    done: int
    total: int
    evaluation: int
    loss: float
    share: float
    remaining: float


@dataclass(frozen=True)
class Ended:
    """A run is there.

    Attributes:
        run: what came of it.
        done: runs that are done, this one among them.
        total: runs in all.
        here: whether it was made now, and not found.
        remaining: an estimate of the seconds until the end.
    """

    run: Run
    done: int
    total: int
    here: bool
    remaining: float


Event: TypeAlias = Planned | Evaluated | Ended
OnEvent: TypeAlias = Callable[[Event], object]


class Pace:
    """Forecasts: work that is left, at the pace of the work that was done here.

    Args:
        work: of all runs, in pixels that are evaluated.
    """

    def __init__(self, work: float) -> None:
        self._work, self._done, self._here = max(work, 1.0), 0.0, 0.0
        self._began = perf_counter()

    def take(self, work: float, *, here: bool) -> None:
        """So much is done, here or before."""
        self._done += work
        self._here += work if here else 0.0

    def share(self, running: float = 0.0) -> float:
        """Of all work, with so much of the run that goes on."""
        return min(1.0, (self._done + running) / self._work)

    def remaining(self, running: float = 0.0) -> float:
        """Seconds that are left; 0 where nothing tells yet."""
        here = self._here + running
        if not here:
            return 0.0
        left = max(0.0, self._work - self._done - running)
        return left * (perf_counter() - self._began) / here
