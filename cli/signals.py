"""The signals that ask a run to end: each of them leaves the best picture, as Ctrl-C does."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

_ASKING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_AGAIN = 1.0
"""Seconds. What comes sooner is the same wish: timeout(1) and systemd ask twice at once."""


class Stopped(KeyboardInterrupt):
    """A signal asked for the end.

    Attributes:
        signal: which one.
    """

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(f"interrupted by {self.signal.name}")


class Listener:
    """Turns these signals into exceptions, one for each wish."""

    def __init__(self) -> None:
        self._finishing = self._holding = False
        self._held: int | None = None
        self._last = -_AGAIN

    def listen(self) -> None:
        """Begin; what is ignored already, as nohup(1) does with SIGHUP, stays so."""
        for number in _asking():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._asked)

    def finish(self) -> None:
        """All that is left is to write the results: the next signal asks for nothing new."""
        self._finishing = True

    def go_on(self) -> None:
        """Results are written, and there is more to do: signals ask for the end again."""
        self._finishing = False

    @contextmanager
    def holding(self) -> Generator[None]:
        """What is done meanwhile is done whole: a signal asks for the end after it.

        One that comes later is meant for at once.
        """
        self._holding, self._held = True, None
        try:
            yield
        finally:
            self._holding = False
        if self._held is not None:
            raise Stopped(self._held)

    def rest(self) -> None:
        """All is done: a signal that comes while Python closes down changes no status any more."""
        for number in _asking():
            signal.signal(number, signal.SIG_IGN)

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        now = monotonic()
        if now - self._last < _AGAIN:
            return
        self._last = now
        if self._finishing:
            self._finishing = False  # whoever asks once more means it
            return
        if self._holding and self._held is None:
            self._held = number
            return
        raise Stopped(number)


def _asking() -> list[signal.Signals]:
    """Those that this platform has."""
    return [signal.Signals[name] for name in _ASKING if hasattr(signal, name)]


LISTENER = Listener()
"""Of this process."""


def told_by(end: BaseException) -> signal.Signals:
    """The signal that ended a run; SIGINT where none is known."""
    for error in (end, end.__cause__):
        if isinstance(error, Stopped):
            return error.signal
    return signal.SIGINT
