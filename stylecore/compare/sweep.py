"""The sweep: each optimiser's best parameters, found at small size before anything is compared.

A parameter is varied at a time, those that matter most first, and the best value of each is kept
for the next. What is best is what delivers the least loss, as a geometric mean over the pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeAlias

from ..settings import Optimizer, Settings
from .contenders import Contender
from .trial import Scales

SWEPT: Mapping[Optimizer, Mapping[str, tuple[Any, ...]]] = {
    "adam": {
        "learning_rate": (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
        "betas": ((0.9, 0.99), (0.9, 0.999), (0.8, 0.9)),
        "averaging": (0.0, 0.8, 0.95),
    },
    "lbfgs": {"history_size": (5, 10, 20, 50)},
    "projected-lbfgs": {"history_size": (5, 10, 20, 50)},
}
"""The values of each parameter, in the order in which they are found."""

SIZE = 128
"""Pixels of the longest side, where nobody says."""

PAIRS = 3
"""So many of the pairs are swept over, the first ones."""


@dataclass(frozen=True)
class Tried:
    """What came of one choice of parameters.

    Attributes:
        parameter: the one that was varied.
        value: what it was.
        parameters: all of them.
        losses: of the delivered picture for each pair, in their order.
        mean: their geometric mean; infinite where one is no number.
        best: whether it was taken.
        at_the_end: whether it was, and no value beyond it had been tried.
    """

    parameter: str
    value: Any
    parameters: Mapping[str, Any]
    losses: tuple[float, ...]
    mean: float
    best: bool = False
    at_the_end: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        finite = [one if math.isfinite(one) else None for one in self.losses]
        mean = self.mean if math.isfinite(self.mean) else None
        return {**asdict(self), "losses": finite, "mean": mean}


@dataclass(frozen=True)
class Sweep:
    """Of one contender.

    Attributes:
        contender: its name.
        scales: single, or coarse to fine: what is best may differ.
        chosen: the best parameters.
        tried: everything, in its order.
    """

    contender: str
    scales: Scales
    chosen: Mapping[str, Any]
    tried: tuple[Tried, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        tried = [one.as_dict() for one in self.tried]
        return {"contender": self.contender, "scales": self.scales, "chosen": dict(self.chosen),
                "tried": tried}  # fmt: skip


Judge: TypeAlias = Callable[[Settings], Sequence[float]]
"""Gives the losses of the pictures that settings deliver, a pair each."""


def sweep(contender: Contender, scales: Scales, base: Settings, judge: Judge) -> Sweep:
    """Find a contender's best parameters.

    Args:
        contender: which.
        scales: single, or coarse to fine.
        base: all that is not swept.
        judge: runs settings.
    """
    chosen: dict[str, Any] = {}
    tried: list[Tried] = []
    for parameter, values in SWEPT[contender.optimizer].items():
        found: list[Tried] = []
        for value in with_the_usual(parameter, values, base):
            parameters = {**chosen, parameter: value}
            losses = tuple(judge(contender.settings(base, parameters)))
            found.append(Tried(parameter, value, parameters, losses, geometric_mean(losses)))
        best = min(range(len(found)), key=lambda i: found[i].mean)
        tried += _marked(found, best)
        chosen[parameter] = found[best].value
    return Sweep(contender.name, scales, chosen, tuple(tried))


def with_the_usual(parameter: str, values: Sequence[Any], base: Settings) -> list[Any]:
    """The values, with what the settings have where it is not among them; numbers in order."""
    usual = getattr(base, parameter)
    found = list(values) if usual in values else [*values, usual]
    return sorted(found) if all(isinstance(one, int | float) for one in found) else found


def trials(optimizer: Optimizer, base: Settings) -> int:
    """How often a sweep asks its judge."""
    swept = SWEPT[optimizer].items()
    return sum(len(with_the_usual(parameter, values, base)) for parameter, values in swept)


def geometric_mean(losses: Sequence[float]) -> float:
    """Of losses above 0; infinite where one is no number."""
    if not all(map(math.isfinite, losses)):
        return math.inf
    return math.exp(sum(math.log(max(one, 1e-300)) for one in losses) / len(losses))


def _marked(found: Sequence[Tried], best: int) -> Iterator[Tried]:
    for i, one in enumerate(found):
        ordered = isinstance(one.value, int | float)
        at_the_end = ordered and best in (0, len(found) - 1) and not _is_a_limit(one)
        yield replace(one, best=i == best, at_the_end=i == best and at_the_end)


def _is_a_limit(one: Tried) -> bool:
    """Whether there are no values beyond it."""
    return one.parameter == "averaging" and not one.value
