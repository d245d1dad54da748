"""How long a batch will take: from the pictures that are there, and those being painted."""

from __future__ import annotations

from statistics import mean

from ..batch.bench import Told


class Forecast:
    """Follows a batch.

    Attributes:
        total: pictures to be painted.
        ended: of these, those that are there, or have failed.
        running: where those that are being painted stand, by their names.
    """

    def __init__(self) -> None:
        self.total = self.ended = 0
        self.running: dict[str, Told] = {}
        self._seconds: list[float] = []

    def stepped(self, name: str, told: Told) -> None:
        """A picture stands here."""
        self.running[name] = told

    def finished(self, name: str, seconds: float | None) -> None:
        """A picture is there after so many seconds, or has failed."""
        self.running.pop(name, None)
        self.ended += 1
        if seconds is not None:
            self._seconds.append(seconds)

    @property
    def share(self) -> float:
        """Of all work, what is done, 0–1."""
        done = sum(map(_share, self.running.values()))
        return min(1.0, (self.ended + done) / self.total) if self.total else 1.0

    def left(self) -> float | None:
        """Seconds until all is there; None where nothing tells yet."""
        remaining = [told.remaining for told in self.running.values()]
        if not self._seconds and not remaining:
            return None
        waiting = max(0, self.total - self.ended - len(remaining))
        each = mean(self._seconds) if self._seconds else max(remaining)
        return (sum(remaining) + waiting * each) / max(1, len(remaining))


def _share(told: Told) -> float:
    """About how much of a picture is done: a scale takes about as long as each of the others."""
    return (told.scale - 1 + told.step / max(1, told.steps)) / max(1, told.scales)
