"""The album of a comparison: content, style and what each contender delivered, as data: URIs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..pictures.images import encoded_image
from ..pictures.small import read_small
from ..silence import native_silence
from .comparison import Comparison
from .markup import data_uri
from .pairs import Pair
from .plots import IN_WORDS
from .run import Run
from .shelf import Shelf
from .summary import those_of
from .trial import NETWORK

LONGEST = 1024
"""Pixels of a side: a page with dozens of larger pictures would be slow to open."""


@dataclass(frozen=True)
class Shown:
    """A picture, what it is called, and what stands under it.

    Attributes:
        name: of the contender, say.
        text: such as its loss.
        data: all of it, as a ``data:`` URI.
        delivered: whether a contender made it.
    """

    name: str
    text: str
    data: str
    delivered: bool = False


@dataclass(frozen=True)
class Group:
    """Pictures that are looked at side by side."""

    title: str
    pictures: tuple[Shown, ...]


@dataclass(frozen=True)
class Album:
    """All groups."""

    groups: tuple[Group, ...]


def album_of(comparison: Comparison, shelf: Shelf) -> Album:
    """The pictures of the first start of each pair.

    Raises:
        ImageError: when one cannot be read any more.
    """
    groups: list[Group] = []
    for pair in comparison.pairs:
        given = tuple(_given(pair, comparison.rules.settings.size))
        runs = [run for run in comparison.runs
                if run.place.pair == pair.name and not run.place.start]  # fmt: skip
        for scales in comparison.rules.scales:
            for clock in (False, True):
                those = those_of(runs, scales, clock=clock)
                budget = "equal seconds" if clock else "equal evaluations"
                title = f"{pair.name}, {IN_WORDS[scales]}, {budget}"
                fast = [one for one in comparison.passes
                        if (one.place.pair, one.place.scales) == (pair.name, scales)]  # fmt: skip
                delivered = sorted([*those, *fast], key=lambda run: run.loss)
                groups.append(
                    Group(title, (*given, *(_delivered(run, shelf) for run in delivered)))
                )
    return Album(tuple(groups))


def _given(pair: Pair, size: int) -> Iterator[Shown]:
    names = ["content", *("style" if not i else f"style {i + 1}" for i in range(len(pair.styles)))]
    for name, path in zip(names, (pair.content, *pair.styles), strict=True):
        yield Shown(name, path.name, _uri(path, min(size, LONGEST)))


def _delivered(run: Run, shelf: Shelf) -> Shown:
    took = "one pass" if run.optimizer == NETWORK else f"{run.evaluations} evaluations"
    text = f"loss {run.loss:.4g}, {took}, {run.seconds:.3g} s"
    return Shown(run.contender, text, _uri(shelf.picture(run), LONGEST), delivered=True)


def _uri(path: Path, longest: int) -> str:
    with native_silence():
        picture = read_small(path, longest)
    return data_uri("image/jpeg", encoded_image("picture.jpg", picture))
