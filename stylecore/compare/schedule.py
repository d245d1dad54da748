"""How much there is to do: what the time that is left is told by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .ground import Ground
from .pairs import Pair
from .rules import Rules
from .sweep import PAIRS, trials
from .trial import Place

BUDGETS = 2
"""Evaluations, and seconds."""


class Schedule(NamedTuple):
    """Of a comparison.

    Attributes:
        runs: how many there will be, sweeps among them.
        work: about how many pixels they will evaluate.
    """

    runs: int
    work: float


def schedule(pairs: Sequence[Pair], rules: Rules, ground: Ground, passes: int = 0) -> Schedule:
    """What is to be done by these rules, and so many passes of networks, which take no time."""
    places = list(rules.places(pairs))
    each = BUDGETS * len(rules.contenders)
    swept = [Place(pair.name, scales) for pair in pairs[:PAIRS] for scales in rules.scales]
    tried = sum(trials(one.optimizer, rules.settings) for one in rules.tuned)
    return Schedule(
        each * len(places) + tried * len(swept) + passes,
        each * sum(ground.work(place, rules.settings) for place in places)
        + tried * sum(ground.work(place, rules.small) for place in swept),
    )
