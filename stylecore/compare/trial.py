"""A trial: one contender, on one course, with one budget; what it is known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from ..settings import Settings
from ..settingsfile import mapping_of

Scales = Literal["single", "coarse"]
"""All at the final size, or coarse to fine."""

SCALES: tuple[Scales, ...] = get_args(Scales)
NETWORK = "network"
"""In the place of an optimiser's name: one pass of a network."""

FORM = 1
"""Of what is kept of a run; what was written in another is made anew."""


@dataclass(frozen=True)
class Place:
    """Where a contender competes: what is the same for all that are compared with each other.

    Attributes:
        pair: its name.
        scales: whether coarse to fine.
        start: which start, from 0.
    """

    pair: str
    scales: Scales
    start: int = 0


@dataclass(frozen=True)
class Trial:
    """One contender at one place.

    Attributes:
        place: where.
        contender: its name.
        settings: all of them; ``steps`` are its budget where ``seconds`` are none.
        seconds: its budget in place of steps, or None.
        sweep: whether it is one to find parameters by.
        network: the SHA-256 of one that paints in one pass, where no optimiser does.
    """

    place: Place
    contender: str
    settings: Settings
    seconds: float | None = None
    sweep: bool = False
    network: str = ""

    @property
    def what(self) -> str:
        """The name of the optimiser, or of one pass of a network."""
        return NETWORK if self.network else self.settings.optimizer

    def key(self, inputs: Mapping[str, str], machinery: Mapping[str, str]) -> str:
        """What two trials have in common that are the same, whatever the contender is called.

        Args:
            inputs: SHA-256 of all pictures, by what they are.
            machinery: what else its numbers depend on: network, engine, versions.
        """
        said = {
            "form": FORM,
            "settings": _settings(self.settings),
            "scales": self.place.scales,
            "start": self.place.start,
            "seconds": self.seconds,
            "inputs": dict(inputs),
            "machinery": dict(machinery),
        }
        if self.network:
            said["network"] = self.network
        text = json.dumps(said, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def settings_for(settings: Settings, scales: Scales) -> Settings:
    """The settings of one scale alone, or of as many as there are otherwise."""
    return settings if scales == "coarse" else replace(settings, coarsest=settings.size)


def _settings(settings: Settings) -> dict[str, Any]:
    """As plain values; which picture a run starts from is told by its SHA-256."""
    values = mapping_of(settings)
    if settings.init not in ("content", "noise"):
        values["init"] = "picture"
    return values
