"""What a comparison shows of itself: a bar on a terminal, lines elsewhere, or nothing.

All of it goes to standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .progress import Bar, Lines, Progress, clock

if TYPE_CHECKING:
    from ..compare.events import Ended, Evaluated, Event
    from ..compare.trial import Place


class CompareProgress(Progress):
    """Shows nothing; the others show how far a comparison has come.

    Attributes:
        done: runs that are there.
        total: runs in all; 0 before they are known.
    """

    def __init__(self) -> None:
        self.done = self.total = 0

    def happened(self, event: Event) -> None:
        """Take note of an event, and show it."""
        from ..compare.events import Ended, Planned

        if isinstance(event, Planned):
            self.total = event.total
        elif isinstance(event, Ended):
            self.done = event.done
            self.ended(event)
        else:
            self.evaluated(event)

    def ended(self, event: Ended) -> None:
        """Show that a run is there."""

    def evaluated(self, event: Evaluated) -> None:
        """Show an evaluation."""


class CompareLines(CompareProgress, Lines):
    """A line for each run, for logs and pipes."""

    def __init__(self) -> None:
        Lines.__init__(self)
        CompareProgress.__init__(self)

    def ended(self, event: Ended) -> None:
        """Write a line where a run was made."""
        if event.here:
            self.say(line_of(event))


class CompareBar(CompareProgress, Bar):
    """A bar for the whole comparison, and in words the run that goes on."""

    def __init__(self) -> None:
        Bar.__init__(self)
        CompareProgress.__init__(self)

    def ended(self, event: Ended) -> None:
        """Write a line above the bar where a run was made."""
        if event.here:
            self.say(line_of(event))

    def evaluated(self, event: Evaluated) -> None:
        """Move the bar to the share of the work that is done."""
        left = f"  {clock(event.remaining)} left" if event.remaining else ""
        trial = event.trial
        where = f"{trial.contender}, {place_text(trial.place)}"
        self._bar.update(
            self._task,
            description="sweep" if trial.sweep else "compare",
            completed=event.share,
            total=1.0,
            detail=f"run {event.done + 1} of {event.total}  {where}  "
            f"evaluation {event.evaluation}  loss {event.loss:.4g}{left}",
        )


def compare_progress_for(*, quiet: bool) -> CompareProgress:
    """What suits the place where stderr goes."""
    if quiet:
        return CompareProgress()
    return CompareBar() if sys.stderr.isatty() else CompareLines()


def line_of(event: Ended) -> str:
    """What to say of a run: ``adam, cat × wave, coarse to fine: 150 evaluations in 31.2 s, …``."""
    from ..compare.trial import NETWORK

    run = event.run
    sweep = "sweep: " if run.sweep else ""
    took = f"{run.evaluations} evaluations in {run.seconds:.1f} s"
    if run.optimizer == NETWORK:
        took = f"one pass in {run.seconds:.3f} s"
    words = f"{sweep}{run.contender}, {place_text(run.place)}: {took}"
    left = "" if event.done == event.total else f", {clock(event.remaining)} left"
    where = f"{event.done} of {event.total}{left}"
    return f"{words}, loss {run.loss:.4g}  ({where})"


def place_text(place: Place) -> str:
    """Name a place: ``cat × wave, coarse to fine``, and its start where that is not the first."""
    scales = "one scale" if place.scales == "single" else "coarse to fine"
    start = f", start {place.start + 1}" if place.start else ""
    return f"{place.pair}, {scales}{start}"
