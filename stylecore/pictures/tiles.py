"""A picture in tiles: what each of them owns, and how much more of the picture it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

OnTile: TypeAlias = Callable[[int, int], object]
"""Called with how many tiles are done, and how many there are."""

OnPart: TypeAlias = Callable[[str, int, int], object]
"""The same, with what it is that is done in tiles."""


def unwatched(*_: object) -> None:
    """The default of both: nothing happens."""


class Span(NamedTuple):
    """A tile along one side, in pixels: it owns start to stop, and reads from first to last."""

    start: int
    stop: int
    first: int
    last: int


@dataclass(frozen=True)
class Tile:
    """A tile of a picture."""

    rows: Span
    columns: Span


def tiles(height: int, width: int, side: int, halo: int) -> list[Tile]:
    """Tiles that own every pixel once.

    Args:
        height: of the picture.
        width: of the picture.
        side: pixels a side that each owns, less at the right and the lower edge.
        halo: pixels that it reads beyond, as far as the picture goes.
    """
    return [
        Tile(rows, columns)
        for rows in spans(height, side, halo)
        for columns in spans(width, side, halo)
    ]


def spans(whole: int, side: int, halo: int) -> Iterator[Span]:
    """What :func:`tiles` does along one side of a picture."""
    # What is left at the end goes to the last tile, where it would be thinner than half a one.
    count = max(1, round(whole / side))
    for number in range(count):
        start, stop = number * side, whole if number == count - 1 else (number + 1) * side
        yield Span(start, stop, max(0, start - halo), min(whole, stop + halo))
