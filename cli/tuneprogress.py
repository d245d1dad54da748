"""What a search shows of itself: a bar on a terminal, lines elsewhere, or nothing.

All of it goes to standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .progress import Bar, Lines, Progress, clock, scale_text

if TYPE_CHECKING:
    from ..tune.events import Ended, Event, Stepped


class TuneProgress(Progress):
    """Shows nothing; the others show how far a search has come.

    Attributes:
        done: trials that are there.
        total: trials in all; 0 before they are known.
    """

    def __init__(self) -> None:
        self.done = self.total = 0

    def happened(self, event: Event) -> None:
        """Take note of an event, and show it."""
        from ..tune.events import Ended, Stepped

        self.done, self.total = event.done, event.total
        if isinstance(event, Stepped):
            self.stepped(event)
        elif isinstance(event, Ended):
            self.ended(event)

    def stepped(self, event: Stepped) -> None:
        """Show a step of a trial."""

    def ended(self, event: Ended) -> None:
        """Show that a trial was made."""


class TuneLines(TuneProgress, Lines):
    """A line for each trial, for logs and pipes."""

    def __init__(self) -> None:
        Lines.__init__(self)
        TuneProgress.__init__(self)

    def ended(self, event: Ended) -> None:
        """Write a line."""
        self.say(line_of(event))


class TuneBar(TuneProgress, Bar):
    """A bar for the whole search, and in words the trial that goes on."""

    def __init__(self) -> None:
        Bar.__init__(self)
        TuneProgress.__init__(self)

    def ended(self, event: Ended) -> None:
        """Write a line above the bar."""
        self.say(line_of(event))

    def stepped(self, event: Stepped) -> None:
        """Move the bar to the share of the work that is done."""
        left = f"  {clock(event.remaining)} left" if event.remaining else ""
        self._bar.update(
            self._task,
            description="tune",
            completed=event.share,
            total=1.0,
            detail=f"trial {event.done + 1} of {event.total}  {scale_text(event.step)}{left}",
        )


def tune_progress_for(*, quiet: bool) -> TuneProgress:
    """What suits the place where stderr goes."""
    if quiet:
        return TuneProgress()
    return TuneBar() if sys.stderr.isatty() else TuneLines()


def line_of(event: Ended) -> str:
    """What to say of a trial: ``7 of 40: style 1.92, content 0.143, noise 0.8  in 6.1 s, …``."""
    tried = event.tried
    left = "" if event.done == event.total else f", {clock(event.remaining)} left"
    best = "  *" if tried.best else ""
    return (
        f"{event.done} of {event.total}: {tried.verdict.words} in {tried.seconds:.1f} s{left}{best}"
    )
