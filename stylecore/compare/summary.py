"""What runs say together: a table for each kind of scales and budget, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np

from .contenders import Contender
from .run import Run, number
from .spread import Spread, Verdict, ratio, verdict
from .trial import SCALES, Place, Scales
from .ways import Reached, least_by_place, running_of, ways_of


@dataclass(frozen=True)
class Standing:
    """A contender in one table.

    Attributes:
        contender: its name.
        parameters: of its optimiser.
        runs: how many.
        delivered: loss of the pictures of 8 bits.
        relative: the same by the least of any contender at the same place.
        running: the least loss of an evaluation.
        wins: places at which it delivered the least.
        verdict: beside the best.
        evaluations: that were made.
        seconds: that were taken.
        own: seconds of the optimiser itself, per evaluation.
        share: of all seconds, those of the optimiser itself.
        above: bytes that a run needed beyond what was held, or None.
        reached: the way to fractions of the best.
    """

    contender: str
    parameters: Mapping[str, Any]
    runs: int
    delivered: Spread
    relative: Spread
    running: Spread
    wins: int
    verdict: Verdict
    evaluations: Spread
    seconds: Spread
    own: Spread
    share: Spread
    above: float | None
    reached: tuple[Reached, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return _plain(asdict(self))


@dataclass(frozen=True)
class Table:
    """All contenders under one kind of scales and one kind of budget, the best first.

    Attributes:
        scales: single, or coarse to fine.
        clock: whether the budget was in seconds.
        rows: a contender each.
    """

    scales: Scales
    clock: bool
    rows: tuple[Standing, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        budget = "seconds" if self.clock else "evaluations"
        return {"scales": self.scales, "budget": budget,
                "rows": [row.as_dict() for row in self.rows]}  # fmt: skip


def tables(
    runs: Sequence[Run], contenders: Sequence[Contender], fractions: Sequence[float]
) -> list[Table]:
    """A table for each kind of scales and of budget that there are runs of."""
    found: list[Table] = []
    for scales in SCALES:
        for clock in (False, True):
            those = those_of(runs, scales, clock=clock)
            if those:
                rows = standings(those, [one.name for one in contenders], fractions)
                found.append(Table(scales, clock, tuple(rows)))
    return found


def those_of(runs: Iterable[Run], scales: Scales, *, clock: bool) -> list[Run]:
    """The runs of one kind."""
    return [run for run in runs if run.place.scales == scales and (run.budget is not None) == clock]


def standings(
    runs: Sequence[Run], names: Sequence[str], fractions: Sequence[float]
) -> list[Standing]:
    """All contenders, the one whose loss is least beside that of the others first."""
    by_name = {name: {run.place: run for run in runs if run.contender == name} for name in names}
    least = least_by_place(runs, lambda run: run.loss)
    relative = {
        name: Spread.of(ratio(run.loss, least[place]) for place, run in found.items())
        for name, found in by_name.items()
    }
    order = sorted(names, key=lambda name: relative[name].median)
    best = by_name[order[0]]
    ways = {name: ways_of(found.values(), runs, fractions) for name, found in by_name.items()}
    return [
        _standing(name, by_name[name], best, relative[name], least, ways[name]) for name in order
    ]


def _standing(
    name: str,
    found: Mapping[Place, Run],
    best: Mapping[Place, Run],
    relative: Spread,
    least: Mapping[Place, float],
    reached: tuple[Reached, ...],
) -> Standing:
    runs = list(found.values())
    above = [run.above for run in runs if run.above is not None]
    return Standing(
        contender=name,
        parameters=runs[0].parameters if runs else {},
        runs=len(runs),
        delivered=Spread.of(run.loss for run in runs),
        relative=relative,
        running=Spread.of(map(running_of, runs)),
        wins=sum(run.loss <= least[place] for place, run in found.items()),
        verdict=verdict(found, best),
        evaluations=Spread.of(run.evaluations for run in runs),
        seconds=Spread.of(run.seconds for run in runs),
        own=Spread.of(run.own_seconds / max(1, run.evaluations) for run in runs),
        share=Spread.of(ratio(run.own_seconds, run.seconds) for run in runs),
        above=float(np.median(above)) if above else None,
        reached=reached,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in cast("Sequence[Any]", value)]
    return number(value) if isinstance(value, float) else value
