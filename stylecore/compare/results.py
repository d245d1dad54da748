"""The part of the report that tells who came how far: losses, and what they took."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from .contenders import shown
from .markup import between, row, spread, table
from .plots import IN_WORDS
from .spread import Spread, Verdict
from .summary import Standing, Table
from .ways import Reached

_LOSSES = ("contender", "beside the best", "loss delivered", "by the least", "least running")
_COSTS = ("contender", "evaluations", "seconds", "own ms each", "own share", "memory above")


def results(found: Table, fractions: Sequence[float]) -> str:
    """Two tables: the losses that contenders came to, and what these took."""
    budget = "in equal seconds" if found.clock else "in equal evaluations"
    ways = [f"to {one:g} of the best" for one in fractions]
    losses = (row(_losses(one), best=one.verdict.words == "best") for one in found.rows)
    costs = (row(_costs(one), best=one.verdict.words == "best") for one in found.rows)
    return (
        f"<h2>{IN_WORDS[found.scales].capitalize()}, {budget}</h2>\n"
        f"{table([*_LOSSES, 'first at'], losses)}{table([*_COSTS, *ways], costs)}"
    )


def _losses(one: Standing) -> list[str]:
    return [
        f"{escape(one.contender)}<small>{escape(shown(one.parameters))}</small>",
        _beside(one.verdict),
        *map(spread, (one.delivered, one.relative, one.running)),
        f"{one.wins} of {one.runs}",
    ]


def _costs(one: Standing) -> list[str]:
    return [
        escape(one.contender),
        spread(one.evaluations),
        spread(one.seconds, 3),
        spread(_times(one.own, 1000), 3),
        spread(_times(one.share, 100), 3, " %"),
        "not told" if one.above is None else f"{one.above / 1e6:.1f} MB",
        *map(_way, one.reached),
    ]


def _beside(verdict: Verdict) -> str:
    if verdict.words == "best":
        return verdict.words
    return f"{escape(verdict.words)}<small>{between(verdict.ratio)} × its loss</small>"


def _way(one: Reached) -> str:
    runs = f"<small>{one.runs} of {one.of} runs</small>"
    if not math.isfinite(one.evaluations):
        return f"never{runs}"
    return f"{one.evaluations:.0f}, {one.seconds:.3g} s{runs}"


def _times(one: Spread, factor: float) -> Spread:
    return Spread(one.low * factor, one.median * factor, one.high * factor)
