"""The part of the report that tells what was run: swept parameters, and all settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, cast

from ..optimizers.strategies import PARAMETERS
from .comparison import Comparison
from .contenders import shown
from .markup import count, paragraphs, plain, row, table
from .plots import IN_WORDS
from .sweep import PAIRS, Sweep, Tried
from .tables import machines


def sweeps(comparison: Comparison) -> Iterator[str]:
    """How each contender's parameters were found."""
    rules = comparison.rules
    if not comparison.sweeps:
        yield paragraphs(["None were looked for: each contender ran as it was given."])
        return
    pairs = min(PAIRS, len(comparison.pairs))
    size = min(rules.sweep, rules.settings.size)
    yield paragraphs([
        f"At {size} pixels, over {count(pairs, 'pair')}, with {rules.settings.steps} evaluations. "
        "A parameter is varied at a time, and its best value kept for the next. The loss is of the "
        "delivered picture, a geometric mean over the pairs."
    ])  # fmt: skip
    for one in comparison.sweeps:
        yield _sweep(one)


def _sweep(one: Sweep) -> str:
    return (
        f"<h3>{escape(one.contender)}, {IN_WORDS[one.scales]}</h3>\n"
        f"{table(('parameter', 'loss', ''), map(_tried, one.tried))}"
    )


def _tried(tried: Tried) -> str:
    taken = "taken" if tried.best else ""
    taken += ", the last of its row" if tried.at_the_end else ""
    what = escape(shown({tried.parameter: tried.value}))
    return row([what, plain(tried.mean), taken], best=tried.best)


def settings(comparison: Comparison) -> Iterator[str]:
    """What was the same for all."""
    engine, model = comparison.engine, comparison.model
    given = comparison.rules.as_dict()["settings"]
    threads = count(engine["threads"], "thread")
    yield _list({
        "pairs": ", ".join(pair.name for pair in comparison.pairs),
        "network": f"{model['name']}, weights {model['source']}",
        "engine": f"{engine['name']} in {engine['precision']}, {threads}",
        "machine": "; ".join(machines(comparison)),
        "versions": ", ".join(f"{name} {one}" for name, one in comparison.versions.items()),
    })  # fmt: skip
    theirs = {"optimizer", *(name for ones in PARAMETERS.values() for name in ones)}
    yield "<h3>The same for all</h3>\n"
    yield _list({name: _value(one) for name, one in given.items() if name not in theirs})


def _list(entries: Mapping[str, str]) -> str:
    pairs = (f"<dt>{escape(name)}</dt><dd>{escape(one)}</dd>\n" for name, one in entries.items())
    return f"<dl>\n{''.join(pairs)}</dl>\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        layers = cast("Mapping[str, float]", value).items()
        return ", ".join(f"{name} {one:g}" for name, one in layers)
    if isinstance(value, list):
        return ", ".join(f"{one:g}" for one in cast("list[float]", value)) or "none"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
