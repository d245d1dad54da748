"""How often something is written that a run can do without: as often as it hardly costs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import perf_counter


class Cadence:
    """Says when it is time again: after so many seconds, and within a share of all of them.

    What writing costs is learned from the last time.

    Args:
        every: seconds from the end of one time to the next.
        share: of the seconds since the beginning that may go into it; None for any.
        rate: seconds that a unit of size takes, to begin with.
        clock: seconds.
    """

    def __init__(
        self,
        every: float,
        share: float | None,
        rate: float = 0.0,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._every, self._share, self._rate, self._clock = every, share, rate, clock
        self._spent = 0.0
        self._began = self._last = clock()

    def is_due(self, size: float = 1.0) -> bool:
        """Whether it is time to write something of this size."""
        now = self._clock()
        if now - self._last < self._every:
            return False
        expected = self._spent + self._rate * size
        return self._share is None or expected <= self._share * (now - self._began)

    @contextmanager
    def writing(self, size: float = 1.0) -> Generator[None]:
        """Writes something of this size, and learns what that costs."""
        began = self._clock()
        try:
            yield
        finally:
            self._last = self._clock()
            self._spent += self._last - began
            self._rate = (self._last - began) / max(size, 1.0)
