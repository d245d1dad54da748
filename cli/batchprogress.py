"""What a batch shows of itself: bars on a terminal, a line for each picture elsewhere, or nothing.

All of it goes to standard error.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..batch.events import Ended, Event, Looked, Noted, Planned, Stepped
from .forecast import Forecast
from .progress import Bar, Lines, Progress, clock

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from ..batch.bench import Told

_SHOWN = 8
"""So many pictures that are being painted have a line of their own."""


class BatchProgress(Progress):
    """Shows nothing; the others show how far a batch has come."""

    def __init__(self) -> None:
        self.forecast = Forecast()

    def happened(self, event: Event) -> None:
        """Take note of an event, and show it."""
        forecast = self.forecast
        if isinstance(event, Planned):
            forecast.total = event.total - event.there - event.failed
        if isinstance(event, Stepped):
            forecast.stepped(event.job.name, event.told)
        if isinstance(event, Ended) and event.tried:
            forecast.finished(event.job.name, event.line.get("seconds"))
        self.show(event)

    def show(self, event: Event) -> None:
        """Show an event."""

    def drawing(self, done: int, total: int) -> None:
        """Show how many pictures the contact sheet has, and of how many."""


class BatchLines(BatchProgress, Lines):
    """A line for each picture, for logs and pipes."""

    def __init__(self) -> None:
        Lines.__init__(self)
        BatchProgress.__init__(self)

    def show(self, event: Event) -> None:
        """Write a line where a picture has ended."""
        if line := _line_of(event, self.forecast):
            self.say(line)


class BatchBar(BatchProgress, Bar):
    """A bar for the batch, and a line for every picture that is being painted."""

    def __init__(self, console: Console | None = None) -> None:
        Bar.__init__(self, console)
        BatchProgress.__init__(self)
        self._lines: dict[str, TaskID] = {}

    def show(self, event: Event) -> None:
        """Move the bars, and write what shall stay above them."""
        if isinstance(event, Looked):
            detail = f"{event.done} of {event.total}"
            self._bar.update(
                self._task,
                description="looking at what is there",
                completed=event.done,
                total=event.total,
                detail=detail,
            )
            return
        if line := _line_of(event, self.forecast):
            self.say(line)
        if isinstance(event, Stepped):
            self._show_picture(event.job.name, event.told)
        if isinstance(event, Ended) and event.job.name in self._lines:
            self._bar.remove_task(self._lines.pop(event.job.name))
        self._show_all()

    def drawing(self, done: int, total: int) -> None:
        """Move the bar of the contact sheet."""
        self._bar.update(
            self._task,
            description="contact sheet",
            completed=done,
            total=total,
            detail=f"{done} of {total} pictures",
        )

    def _show_all(self) -> None:
        forecast = self.forecast
        left = forecast.left()
        self._bar.update(
            self._task,
            description="all pictures",
            completed=forecast.share,
            total=1.0,
            detail=f"{forecast.ended} of {forecast.total}"
            + ("" if left is None else f"  {clock(left)} left"),
        )

    def _show_picture(self, name: str, told: Told) -> None:
        if name not in self._lines and len(self._lines) < _SHOWN:
            self._lines[name] = self._bar.add_task(name, total=1.0, detail="")
        if name in self._lines:
            self._bar.update(
                self._lines[name],
                completed=(told.scale - 1 + told.step / max(1, told.steps)) / told.scales,
                detail=f"scale {told.scale}/{told.scales} {told.width}×{told.height}"
                f"  step {told.step}/{told.steps}  loss {told.loss:.4g}",
            )


def batch_progress_for(*, quiet: bool) -> BatchProgress:
    """What suits the place where stderr goes."""
    if quiet:
        return BatchProgress()
    return BatchBar() if sys.stderr.isatty() else BatchLines()


def _line_of(event: Event, forecast: Forecast) -> str:
    """What to say of an event in one line, if anything."""
    if isinstance(event, Noted):
        return f"stylecore: {event.text}"
    if isinstance(event, Planned) and event.there:
        return f"{event.there} of {event.total} pictures are there already"
    if not isinstance(event, Ended):
        return ""
    name, line = event.job.name, event.line
    if error := line.get("error"):
        return f"stylecore: {name}: {error}"
    warnings = "".join(f"stylecore: {name}: {one}\n" for one in line.get("warnings", ()))
    if not event.here:
        return f"{name}: painted by another process"
    left, loss = forecast.left(), line.get("losses", {}).get("loss")
    told = f"{name}: {line.get('seconds', 0.0):.1f} s"
    told += "" if loss is None else f", loss {loss:.4g}"
    told += f"  ({forecast.ended} of {forecast.total}"
    told += "" if left is None or forecast.ended == forecast.total else f", {clock(left)} left"
    return f"{warnings}{told})"
