"""What a scene asks of an optimiser: an objective at every scale, and what a picture has of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .engine.objective import Objective
from .engine.targets import Values
from .losses.table import Losses
from .pictures.tensors import Array
from .scene import Study


class Prepared(Protocol):
    """Prepares targets."""

    def __call__(self, study: Study, picture: Array | None = None) -> Values:
        """Those of a study; neighbours are chosen by a picture there, or by the content."""
        ...


@dataclass(frozen=True)
class Problem:
    """Of a scene.

    Attributes:
        objective: is to be aimed at the targets of a scale.
        prepared: gives these.
        measured: the loss, by targets, of a picture (1, 3, H, W), in fp32.
    """

    objective: Objective
    prepared: Prepared
    measured: Callable[[Values, Array], Losses]
