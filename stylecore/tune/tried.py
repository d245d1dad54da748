"""A trial that was made: what was tried, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..measures.verdict import Verdict
from .knobs import Value


@dataclass(frozen=True)
class Tried:
    """One of a search's trials.

    Attributes:
        number: in their order, from 1.
        values: that were tried, by the names of the knobs.
        verdict: on its picture.
        seconds: that it took.
        best: whether no other is better in one thing and as good in all.
    """

    number: int
    values: Mapping[str, Value]
    verdict: Verdict
    seconds: float
    best: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "number": self.number,
            "values": dict(self.values),
            "verdict": self.verdict.as_dict(),
            "seconds": self.seconds,
            "best": self.best,
        }
