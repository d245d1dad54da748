"""What each step of a training does: how far it may go, and which crops it looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..networks.sizes import MULTIPLE
from .settings import TrainingSettings

_WARM_UP = 20
"""Steps in which the rate grows to its greatest."""

_LAST_RATE = 0.02
"""Of the greatest rate, at the end."""

_VISITS = 2
"""How often a crop is looked at: what its own features are needs to be found once only."""

_APART = 16
"""How many crops lie about between two visits."""


@dataclass(frozen=True)
class Schedule:
    """What the steps of a training do.

    Attributes:
        settings: of the training.
        seed: of the order of the crops.
    """

    settings: TrainingSettings
    seed: int

    def progress(self, step: int, seconds: float) -> float:
        """How much of the training is over after so many steps and seconds, 0–1."""
        if self.settings.steps:
            return min(1.0, step / self.settings.steps)
        return min(1.0, seconds / self.settings.seconds)

    def rate(self, step: int, progress: float) -> float:
        """The length of a step, counted from 0: warmed up, and along a cosine to almost nothing."""
        warm = min(1.0, (step + 1) / _WARM_UP)
        falling = _LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * progress)) / 2
        return self.settings.learning_rate * warm * falling

    def side(self, progress: float) -> int:
        """Pixels of the crops, twice as many in each part of a training, which lasts twice as long.

        Small ones cost little, and colours come early; but what fits the style in each small crop
        by itself fits it less in a whole picture.
        """
        sides = self._sides
        ends = np.cumsum(2.0 ** np.arange(len(sides) - 1)) / (2 ** len(sides) - 1)
        return sides[int(np.searchsorted(ends, progress, "right"))]

    @property
    def _sides(self) -> list[int]:
        least, sides = self.settings.coarse_crop, [self.settings.crop]
        while sides[0] >= 2 * least:
            sides.insert(0, sides[0] // 2 // MULTIPLE * MULTIPLE)
        return sides if sides[0] == least else [least, *sides]

    def crops(self, step: int) -> list[int]:
        """The numbers of the crops that a step looks at."""
        batch = self.settings.batch
        return [self._crop(step * batch + place) for place in range(batch)]

    def _crop(self, visit: int) -> int:
        """Each number comes twice, among the visits to a few others."""
        group, place = divmod(visit, _VISITS * _APART)
        order = np.random.default_rng([self.seed, group]).permutation(_VISITS * _APART)
        return group * _APART + int(order[place]) % _APART
