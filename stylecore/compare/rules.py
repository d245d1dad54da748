"""The rules of a comparison: who competes, at what places, with what budgets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import SettingsError
from ..settings import SMALLEST_SIDE, Settings
from ..settingsfile import mapping_of
from .contenders import Contender, check_contenders, usual_contenders
from .pairs import Pair
from .sweep import SIZE
from .trial import SCALES, Place, Scales

FRACTIONS = (0.5, 0.9, 0.99)
"""Of the best loss, where nobody says."""

MOST_STARTS = 1000


@dataclass(frozen=True)
class Rules:
    """Immutable, and checked when they are created.

    Attributes:
        settings: what is the same for all; ``steps`` is the budget in evaluations.
        contenders: who competes.
        scales: single, coarse to fine, or both, each by itself.
        starts: how many of them at each pair.
        seconds: the budget in seconds; 0 gives each as many as the quickest took for its
            evaluations at the same place.
        sweep: longest side at which parameters are found, in pixels; 0 finds none.
        fractions: of the best loss, that the way to is told of: 0.9 is reached where the loss is
            1/0.9 of the best.

    Raises:
        SettingsError: from the constructor, for rules that cannot be.
    """

    settings: Settings
    contenders: Sequence[Contender] = field(default_factory=usual_contenders)
    scales: tuple[Scales, ...] = SCALES
    starts: int = 1
    seconds: float = 0.0
    sweep: int = SIZE
    fractions: tuple[float, ...] = FRACTIONS

    def __post_init__(self) -> None:
        check_contenders(self.contenders)
        if not 1 <= self.starts <= MOST_STARTS:
            raise SettingsError(f"starts are {self.starts}; give a number from 1 to {MOST_STARTS}")
        if not 0 <= self.seconds < math.inf:
            raise SettingsError(
                f"seconds are {self.seconds}; give a finite number that is 0 or more"
            )
        if self.sweep and self.sweep < SMALLEST_SIDE:
            raise SettingsError(
                f"the sweep's size is {self.sweep}; give {SMALLEST_SIDE} pixels or more, or 0"
            )
        if not self.fractions or not all(0 < one <= 1 for one in self.fractions):
            raise SettingsError(
                f"fractions are {self.fractions}; give numbers above 0, to 1, as in 0.5,0.9"
            )

    @property
    def tuned(self) -> list[Contender]:
        """Those whose parameters are found by a sweep."""
        return [one for one in self.contenders if one.tunable] if self.sweep else []

    @property
    def small(self) -> Settings:
        """The settings of sweeps."""
        settings, size = self.settings, self.sweep or self.settings.size
        return replace(
            settings, size=min(size, settings.size), coarsest=min(settings.coarsest, size)
        )

    def places(self, pairs: Sequence[Pair]) -> Iterator[Place]:
        """All places, in their order."""
        for pair in pairs:
            for start in range(self.starts):
                for scales in self.scales:
                    yield Place(pair.name, scales, start)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "settings": mapping_of(self.settings),
            "contenders": [
                {"name": one.name, "optimizer": one.optimizer, "given": dict(one.given)}
                for one in self.contenders
            ],
            "scales": list(self.scales),
            "starts": self.starts,
            "seconds": self.seconds,
            "sweep": self.sweep,
            "fractions": list(self.fractions),
        }
