"""How far a run has come between two steps: what is long is done in parts, and each is told of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from .pyramid import Scale


@dataclass(frozen=True)
class Underway:
    """Where something stands that a run does in parts, because it is large.

    Attributes:
        what: is done: ``detail``, ``style``, ``content``, ``step`` or ``measuring``.
        width: of the scale that it is done for, in pixels.
        height: of this scale, in pixels.
        done: parts of it, from 1.
        total: how many there are.
        seconds: that these have taken.
    """

    what: str
    width: int
    height: int
    done: int
    total: int
    seconds: float

    @property
    def remaining(self) -> float:
        """An estimate of the seconds until the last part."""
        return self.seconds / self.done * (self.total - self.done)


OnWay: TypeAlias = Callable[[Underway], object]


class Way:
    """Tells of parts that are done; what has but one is not worth telling.

    Args:
        on_way: whoever wants to be told.
    """

    def __init__(self, on_way: OnWay | None = None) -> None:
        self._on_way, self._scale = on_way, Scale(0, 0, 0)
        self._began = self._last = perf_counter()

    def at(self, scale: Scale) -> None:
        """What follows is done for this scale."""
        self._scale, self._last = scale, perf_counter()

    def __call__(self, what: str, done: int, total: int, /) -> None:
        """So many of the parts are done."""
        if self._on_way is None or total < 2:
            return
        now = perf_counter()
        if done == 1:
            self._began = self._last
        self._last = now
        scale, seconds = self._scale, now - self._began
        self._on_way(Underway(what, scale.width, scale.height, done, total, seconds))
