"""How a network is trained: every setting that a run of ``stylize`` has not, and its default."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, get_args

from ...errors import SettingsError
from ...settings import Settings
from ..networks.sizes import MULTIPLE, NetworkSize

LOOK = Settings(style_loss="gram", composition="style", content_weight=0.2)
"""What of a run's settings a training takes otherwise by default.

Neighbours are looked for anew in every photograph, which takes longer than all else in a step.
Without them, and without the coarse scales at which a run holds on to the content, a network leaves
nothing of a photograph at the weight that a run gives it.
"""

LEAST_CROP, LARGEST_CROP = 64, 1024
"""Pixels a side."""


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained; immutable and checked when it is created.

    Attributes:
        network: its size.
        minutes: how long, where no number of steps is given.
        steps: how many steps of Adam; 0 takes as many as there is time for.
        batch: photographs in each step.
        learning_rate: the greatest length of a step, in each weight.
        coarse_crop: side of the crops at first, in pixels.
        crop: side of the crops at last.

    Raises:
        SettingsError: from the constructor, for a value outside its range.
    """

    network: NetworkSize = "small"
    minutes: float = 15.0
    steps: int = 0
    batch: int = 1
    learning_rate: float = 0.002
    coarse_crop: int = 128
    crop: int = 512

    def __post_init__(self) -> None:
        if self.network not in get_args(NetworkSize):
            sizes = ", ".join(get_args(NetworkSize))
            raise SettingsError(f"network is {self.network!r}; give one of {sizes}")
        for name, most in (("minutes", 1e6), ("learning_rate", 1.0)):
            value = getattr(self, name)
            if not isinstance(value, int | float) or not 0 < value <= most:
                shown = f"{value:g}" if isinstance(value, int | float) else repr(value)
                raise SettingsError(f"{name} is {shown}; give a number above 0, to {most:g}")
        _check_whole("steps", self.steps, 0, 10_000_000)
        _check_whole("batch", self.batch, 1, 64)
        for name in ("coarse_crop", "crop"):
            _check_whole(name, getattr(self, name), LEAST_CROP, LARGEST_CROP)
            if getattr(self, name) % MULTIPLE:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}; give a multiple of {MULTIPLE} pixels"
                )

    @property
    def seconds(self) -> float:
        """How long it takes, where the steps do not say."""
        return math.inf if self.steps else 60 * self.minutes

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise SettingsError(f"{name} is {value!r}; give a whole number from {low} to {high}")
