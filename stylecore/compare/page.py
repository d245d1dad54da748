"""The report as one page of HTML that needs nothing else: no network, no files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from .album import Album
from .comparison import Comparison
from .details import settings, sweeps
from .gallery import gallery
from .markup import count, data_uri, document, paragraphs
from .passes import passes
from .plots import Plot
from .results import results
from .spread import FEWEST
from .summary import tables
from .tables import machines


def as_html(comparison: Comparison, plots: Sequence[Plot], album: Album) -> bytes:
    """The page.

    Args:
        comparison: what is reported.
        plots: of its curves.
        album: of its pictures.
    """
    rules = comparison.rules
    found = tables(comparison.runs, rules.contenders, rules.fractions)
    parts = [
        _head(comparison),
        *(results(table, rules.fractions) for table in found),
        *(_section("One pass of a network", passes(comparison)) if comparison.passes else ()),
        *_section("Curves", _curves(plots, comparison)),
        gallery(album),
        *_section("How parameters were found", sweeps(comparison)),
        *_section("Settings", settings(comparison)),
    ]
    style, script = (_beside(name) for name in ("page.css", "page.js"))
    return document("Optimisers compared", style, "".join(parts), script).encode()


def _beside(name: str) -> str:
    return files("stylecore.compare").joinpath(name).read_text(encoding="utf-8")


def _section(title: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n"
    yield from parts


def _head(comparison: Comparison) -> str:
    rules, places = comparison.rules, len(comparison.pairs) * comparison.rules.starts
    names = ", ".join(one.name for one in rules.contenders)
    budget = "as many seconds as the quickest of them took for these"
    if rules.seconds:
        budget = f"{rules.seconds:g} seconds"
    lines = [
        f"{names}, on the same objective, from the same start, over {count(places, 'place')}: "
        f"{count(len(comparison.pairs), 'pair')}, {count(rules.starts, 'start')} of each, "
        f"{rules.settings.size} pixels. Each had {rules.settings.steps} evaluations of loss and "
        f"gradient, line searches included, and then, by itself, {budget}.",
        "What is judged is the picture that was delivered, in 8 bits, by its loss in fp32. Numbers "
        "are medians over all places, and below them the quartiles.",
    ]
    return "<h1>Optimisers compared</h1>\n" + paragraphs([*lines, *_notes(comparison)])


def _notes(comparison: Comparison) -> list[str]:
    """What else whoever reads the report should know."""
    notes: list[str] = []
    if len(comparison.pairs) * comparison.rules.starts < FEWEST:
        notes.append(
            f"There are fewer than {FEWEST} places: nothing tells a difference from chance. Give "
            "more pairs, or more starts."
        )
    found = machines(comparison)
    if len(found) > 1:
        notes.append(f"Seconds do not compare: runs were made on {' and '.join(found)}.")
    ends = [
        f"{one.contender}'s {tried.parameter}"
        for one in comparison.sweeps
        for tried in one.tried
        if tried.at_the_end
    ]
    if ends:
        notes.append(
            f"The best value that was tried of {', '.join(dict.fromkeys(ends))} is the last of its "
            "row; there may be better ones beyond it."
        )
    return notes


_DOTTED = " The dotted line is what networks come to in one pass."


def _curves(plots: Sequence[Plot], comparison: Comparison) -> Iterator[str]:
    middle = "Lines are medians over all places, and areas the middle half of them. "
    if len(comparison.pairs) * comparison.rules.starts == 1:
        middle = ""
    yield paragraphs([
        f"{middle}Losses are the least so far of the evaluations, by the least that any contender "
        "came to at the same place: 1 is the best. Coarse to fine, lines begin where the last "
        "scale does. What Adam delivers is a mean of its iterates; its loss stands in the tables."
        f"{_DOTTED if comparison.passes else ''}"
    ])  # fmt: skip
    for plot in plots:
        title, data = escape(plot.title), data_uri("image/svg+xml", plot.svg)
        yield f'<h3>{title}</h3>\n<img class="plot" alt="{title}" src="{data}">\n'
