"""A search: what is varied, how small, and for how long."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import SettingsError
from ..measures.held_out import held_out
from ..settings import LARGEST_SIDE, SMALLEST_SIDE, Settings
from ..settingsfile import mapping_of
from .knobs import Range, Value, changes_for, check_knobs, ranges_for, usual_for, values_of

SIZE = 192
"""Pixels of a trial's longest side, where nobody says."""

TRIALS = 40
"""How many there are, where nobody says."""

FORM = 1
"""Of what is kept of trials; those of another are made anew."""


@dataclass(frozen=True)
class Search:
    """Immutable, and checked when it is created.

    Attributes:
        settings: of the pictures that come of it: their size, and what is not varied.
        size: longest side of the trials, in pixels; never more than the pictures'.
        vary: rows of the table of knobs; None for those that are usual for the settings.
        trials: how many, over all calls.
        seconds: after which none is begun, over all calls; 0 for no such limit.

    Raises:
        SettingsError: from the constructor, for what cannot be searched.
    """

    settings: Settings
    size: int = SIZE
    vary: tuple[str, ...] | None = None
    trials: int = TRIALS
    seconds: float = 0.0

    def __post_init__(self) -> None:
        check_knobs(self.varied)
        held_out(self.settings)
        if not SMALLEST_SIDE <= self.size <= LARGEST_SIDE:
            raise SettingsError(
                f"trials are {self.size} pixels large; give from {SMALLEST_SIDE} to {LARGEST_SIDE}"
            )
        if not 1 <= self.trials <= _MOST:
            raise SettingsError(f"there are {self.trials} trials; give a number from 1 to {_MOST}")
        if not 0 <= self.seconds < math.inf:
            raise SettingsError(
                f"seconds are {self.seconds}; give a finite number that is 0 or more"
            )

    @property
    def varied(self) -> tuple[str, ...]:
        """The rows of the table of knobs that are searched."""
        return usual_for(self.settings) if self.vary is None else self.vary

    @property
    def small(self) -> Settings:
        """The settings of trials, before anything is varied."""
        size = min(self.size, self.settings.size)
        return replace(
            self.settings, size=size, depth=8, coarsest=min(self.settings.coarsest, size)
        )

    @property
    def ranges(self) -> dict[str, Range]:
        """What may be tried of each."""
        return ranges_for(self.varied, self.settings)

    @property
    def start(self) -> dict[str, Value]:
        """What the settings have: it is tried first."""
        return values_of(self.varied, self.settings)

    def settings_with(self, values: Mapping[str, Value]) -> Settings:
        """The settings of a picture."""
        return replace(self.settings, **changes_for(self.settings, values))

    def small_with(self, values: Mapping[str, Value]) -> Settings:
        """The settings of a trial."""
        return replace(self.small, **changes_for(self.settings, values))

    def key(self, inputs: Mapping[str, str], machinery: Mapping[str, str]) -> str:
        """What two searches have in common whose trials may be taken for each other's.

        Args:
            inputs: SHA-256 of all pictures, by what they are.
            machinery: what else its numbers depend on: network, engine, versions.
        """
        settings = mapping_of(self.small)
        if "start" in inputs:
            settings["init"] = "picture"
        said = {
            "form": FORM,
            "settings": settings,
            "ranges": {name: asdict(one) for name, one in self.ranges.items()},
            "inputs": dict(inputs),
            "machinery": dict(machinery),
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "settings": mapping_of(self.settings),
            "size": self.size,
            "vary": {name: asdict(one) for name, one in self.ranges.items()},
            "trials": self.trials,
            "seconds": self.seconds,
        }


_MOST = 100_000
