"""How far a command has come with its pictures, frames or tiles: a bar, lines, or nothing."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from .bars import bar_on, start
from .errors import complain
from .progress import clock

if TYPE_CHECKING:
    from rich.console import Console

_EVERY = 10.0
"""Seconds between two lines in a log."""


class Pace:
    """How fast something goes on, since it began."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def text(self, done: int, total: int, *, each: bool = False) -> str:
        """What is done and left: ``120 of 480, 24.1 a second, 0:15 left``.

        Args:
            done: how many.
            total: of how many; 0 where nobody knows.
            each: whether the rate is worth a word.
        """
        seconds = max(time.monotonic() - self._began, 1e-6)
        rate = f", {done / seconds:.1f} a second" if each else ""
        if not total:
            return f"{done}{rate}"
        left = clock((total - done) * seconds / done) if done else "?"
        return f"{done} of {total}{rate}, {left} left"


class Tally:
    """Shows nothing; the others show what is done and how long the rest will take."""

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the screen tidy."""

    def say(self, line: str) -> None:
        """Show a line that is good to know."""

    def warn(self, line: str) -> None:
        """Show a line that has to be read."""
        complain(line)

    def begin(self, name: str) -> None:
        """Something begins that is counted for itself."""

    def count(self, done: int, total: int, unit: str, *, each: bool = False) -> None:
        """So many of it are done, of how many (0: unknown).

        Args:
            done: how many.
            total: of how many.
            unit: what is counted.
            each: whether the rate is shown too.
        """


class TallyLines(Tally):
    """A line on stderr now and then, for logs and pipes."""

    def __init__(self) -> None:
        self._name, self._pace, self._last = "", Pace(), time.monotonic()

    def say(self, line: str) -> None:
        """Write the line."""
        complain(line)

    def begin(self, name: str) -> None:
        """Count from here on."""
        self._name, self._pace = name, Pace()
        if self._is_time():
            complain(name)

    def count(self, done: int, total: int, unit: str, *, each: bool = False) -> None:
        """Write a line, if the last one was written a while ago."""
        if self._is_time():
            complain(f"{self._name}: {unit} {self._pace.text(done, total, each=each)}")

    def _is_time(self) -> bool:
        """Whether the last line is old enough for another."""
        now = time.monotonic()
        if now - self._last < _EVERY:
            return False
        self._last = now
        return True


class TallyBar(Tally):
    """A bar that disappears at the end."""

    def __init__(self, console: Console | None = None) -> None:
        self._bar = bar_on(console)
        self._task = self._bar.add_task("opening", total=None, detail="")
        self._pace = Pace()

    def __enter__(self) -> Self:
        """Show the bar."""
        start(self._bar)
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def say(self, line: str) -> None:
        """Write the line above the bar."""
        line = f"stylecore: {' '.join(line.split())}"
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def warn(self, line: str) -> None:
        """Write the line above the bar."""
        self.say(line)

    def begin(self, name: str) -> None:
        """Name what is counted from here on."""
        self._pace = Pace()
        self._bar.reset(self._task, total=None, description=name, detail="")

    def count(self, done: int, total: int, unit: str, *, each: bool = False) -> None:
        """Move the bar."""
        detail = f"{unit} {self._pace.text(done, total, each=each)}"
        self._bar.update(self._task, completed=done, total=total or None, detail=detail)


def tally_for(*, quiet: bool) -> Tally:
    """What suits the place where stderr goes."""
    if quiet:
        return Tally()
    return TallyBar() if sys.stderr.isatty() else TallyLines()
