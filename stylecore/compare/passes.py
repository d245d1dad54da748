"""The part of the report that tells what one pass of a network is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from .comparison import Comparison
from .markup import paragraphs, plain, row, table
from .plots import IN_WORDS
from .worth import Overtaken, Worth, worth_in


def passes(comparison: Comparison) -> Iterator[str]:
    """A table for each kind of scales: pairs, their network, and when contenders come as far."""
    rules = comparison.rules
    names = [one.name for one in rules.contenders]
    found = worth_in(comparison)
    yield paragraphs([
        "A network paints the content in one pass; its picture is judged as all others are. For "
        "each contender stands after how many evaluations, and seconds, its running loss was the "
        "network's, and how many times as long that took as the pass: medians over the starts, of "
        f"the runs with {rules.settings.steps} evaluations.",
        *comparison.notes,
    ])  # fmt: skip
    for scales in rules.scales:
        yield f"<h3>{IN_WORDS[scales].capitalize()}</h3>\n"
        rows = (_row(one) for one in found if one.place.scales == scales)
        yield table(["pair", "network", "seconds", "loss", *names], rows)


def _row(one: Worth) -> str:
    cells = [escape(one.place.pair), escape(one.network), plain(one.seconds, 3), plain(one.loss)]
    return row([*cells, *(_overtaken(one, other) for other in one.overtaken)])


def _overtaken(one: Worth, other: Overtaken) -> str:
    runs = f"<small>{other.runs} of {other.of} runs</small>"
    if not math.isfinite(other.evaluations):
        return f"never{runs}"
    times = f"{plain(one.speedup(other), 3)} ×"
    return f"{other.evaluations:.0f}, {plain(other.seconds, 3)} s, {times}{runs}"
