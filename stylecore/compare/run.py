"""A run: what came of a trial, as plain values that a file keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from .trial import Place

Number = float | None
"""Of JSON, which has no word for what is no finite number."""


@dataclass(frozen=True)
class Curve:
    """Every evaluation of a run, in its order.

    Attributes:
        scale: of which scale each is, from 0.
        seconds: taken until each had been made, by objective and optimiser.
        losses: the ``loss``, and its parts by name, at each.
    """

    scale: tuple[int, ...]
    seconds: tuple[float, ...]
    losses: Mapping[str, tuple[Number, ...]]

    def at_last_scale(self, name: str = "loss") -> list[Number]:
        """A loss by its name, with None at scales before the last, whose losses are others."""
        last = self.scale[-1] if self.scale else 0
        pairs = zip(self.scale, self.losses.get(name, ()), strict=False)
        return [loss if scale == last else None for scale, loss in pairs]


@dataclass(frozen=True)
class Run:
    """What came of a trial.

    Attributes:
        key: of the trial.
        place: where it was.
        contender: its name.
        optimizer: which it is.
        parameters: those of the optimiser, by the names of the settings.
        steps: its budget in evaluations, where ``budget`` is none.
        budget: in seconds, or None.
        sweep: whether it was to find parameters.
        sizes: width and height of each scale.
        objective: SHA-256 of the objective, at all scales.
        begin: SHA-256 of the start.
        evaluations: that were made, line searches included.
        seconds: of optimiser and objective together.
        objective_seconds: of the objective.
        own_seconds: of the optimiser itself.
        peak: the most bytes that the process held, or None.
        above: by how much that was more than before the run, or None.
        running: the least loss of an evaluation at the last scale.
        delivered: loss and parts of the picture of 8 bits, in fp32.
        curve: of all evaluations.
        machine: on which it ran.
    """

    key: str
    place: Place
    contender: str
    optimizer: str
    parameters: Mapping[str, Any]
    steps: int
    budget: Number
    sweep: bool
    sizes: tuple[tuple[int, int], ...]
    objective: str
    begin: str
    evaluations: int
    seconds: float
    objective_seconds: float
    own_seconds: float
    peak: int | None
    above: int | None
    running: Number
    delivered: Mapping[str, Number]
    curve: Curve
    machine: str

    @property
    def loss(self) -> float:
        """Of the delivered picture; infinite where it is no number."""
        found = self.delivered.get("loss")
        return math.inf if found is None else found

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def of_dict(cls, given: Any) -> Self:
        """The run that plain values tell of.

        Raises:
            KeyError: for those of something else; or AttributeError, TypeError, ValueError.
        """
        curve = given["curve"]
        losses = {str(name): tuple(values) for name, values in curve["losses"].items()}
        values: dict[str, Any] = {
            **given,
            "place": Place(**given["place"]),
            "sizes": tuple((int(width), int(height)) for width, height in given["sizes"]),
            "curve": Curve(tuple(curve["scale"]), tuple(curve["seconds"]), losses),
        }
        return cls(**values)


def number(value: float) -> Number:
    """A number as JSON has it."""
    return value if math.isfinite(value) else None


def least(values: Sequence[Number]) -> Number:
    """The least of those that are numbers, or None."""
    return min((one for one in values if one is not None), default=None)
