"""A stopwatch that tells the objective's seconds from the optimiser's own."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from ..contract import Function
from ..pictures.tensors import Array


class Stopwatch:
    """Takes the time of a function that an optimiser calls, and of what lies between the calls.

    Attributes:
        calls: how often the function was called.
        objective: seconds within it.
        own: seconds of the optimiser itself.

    Args:
        function: x ↦ (loss, gradient).
        clock: seconds, that only grow.
    """

    def __init__(self, function: Function, clock: Callable[[], float] = perf_counter) -> None:
        self.calls = 0
        self.objective = self.own = 0.0
        self._function, self._clock = function, clock
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """All that was taken, up to now while it goes."""
        running = 0.0 if self._since is None else self._clock() - self._since
        return self.objective + self.own + running

    def go(self) -> None:
        """From here on the optimiser works."""
        self._since = self._clock()

    def rest(self) -> None:
        """What comes now is not counted."""
        if self._since is not None:
            self.own += self._clock() - self._since
        self._since = None

    def __call__(self, x: Array) -> tuple[float, Array]:
        """The function's."""
        self.rest()
        began = self._clock()
        found = self._function(x)
        self.objective += self._clock() - began
        self.calls += 1
        self.go()
        return found
