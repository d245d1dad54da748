"""A picture in tiles, painted as if it were run whole, for all that a network says of it in sum.

Between two summaries of the whole picture, instance normalisations mostly, a network looks at a
neighbourhood only. So it runs stage by stage: all tiles up to a summary, whose mean and variance
are sums over the tiles then, and on from there with these put in. What is live between two stages
is kept where memory allows it, otherwise it is computed again from what was kept before, or from
the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Session
from ..pictures.tensors import Array
from ..pictures.tiles import Tile, tiles
from .anatomy import Anatomy
from .network import Network
from .summaries import Moments, Summary, Values

OnTile = Callable[[], object]
"""Called after every tile of every stage."""

PLACED = "stylecore.noise"
"""In a file's metadata, the name of a value that depends on the place in the picture alone."""


def in_stages(
    network: Network,
    anatomy: Anatomy,
    reaches: Sequence[int],
    given: Array,
    side: int,
    most: float,
    on_tile: OnTile | None = None,
) -> NDArray[Any]:
    """Run a network on an input in tiles; its output, as the graph has it.

    Args:
        network: whose summaries are all of values that lie over the picture.
        anatomy: of it.
        reaches: of its stages.
        given: the input, of one picture.
        side: pixels a side that a tile owns, a multiple of the anatomy's step.
        most: bytes that may be kept between the stages.
        on_tile: called after each tile of each stage.
    """
    stages, reached = _Stages(network, anatomy, given, side, on_tile), 0
    for summary, live, reach in zip(network.graph.summaries, anatomy.live, reaches, strict=False):
        adds = [name for name in live if name not in stages.kept]
        fits = stages.bytes_of([*stages.kept, *adds]) <= most
        stages.run_to(summary, adds if fits else (), reach - reached)
        if fits:
            stages.drop_all_but(live)
            reached = reach
    return stages.run_through(reaches[-1] - reached)


def runs_of(network: Network, height: int, width: int, side: int) -> int:
    """How many tiles are run for a picture, over all stages."""
    return len(tiles(height, width, side, 0)) * (len(network.graph.summaries) + 1)


class _Stages:
    """A run that has come so far.

    Attributes:
        kept: values of the whole picture that are there, by their names.
    """

    def __init__(
        self,
        network: Network,
        anatomy: Anatomy,
        given: Array,
        side: int,
        on_tile: OnTile | None,
    ) -> None:
        self.kept: Values = {}
        self._network, self._anatomy, self._on_tile = network, anatomy, on_tile
        self._given, self._side = {network.layout.given: given}, side
        self._placed = _placed_values(network, anatomy, given)
        extent = anatomy.extents[network.layout.given]
        self._height = given.shape[extent.height.axis]
        self._width = given.shape[extent.width.axis]
        self._summed: list[Summary] = []
        self._statistics: Values = {}

    def bytes_of(self, names: Sequence[str]) -> float:
        """Of these values of the whole picture."""
        pixels = self._height * self._width
        return pixels * sum(self._anatomy.extents[name].bytes for name in names)

    def drop_all_but(self, names: Sequence[str]) -> None:
        """Let go of what is kept, but for these."""
        self.kept = {name: value for name, value in self.kept.items() if name in names}

    def run_to(self, summary: Summary, adds: Sequence[str], reach: int) -> None:
        """Find the numbers of the next summary, and keep some more values.

        Args:
            summary: it.
            adds: the names of the values.
            reach: pixels that it looks beyond a place of what is kept.
        """
        moments, known = Moments(summary.axes), Values()

        def look(tile: Tile, found: Values) -> None:
            moments.add(self._core(summary.features, tile, found[summary.features]))
            known.update({name: found[name] for name in summary.wanted})

        self.kept |= self._run([summary.features, *summary.wanted], adds, reach, look)
        self._statistics |= summary.values(moments, known)
        self._summed.append(summary)

    def run_through(self, reach: int) -> NDArray[Any]:
        """The output, which looks so far beyond a place of what is kept."""
        output = self._network.layout.found
        return self._run([], [output], reach)[output]

    def _run(
        self,
        wanted: Sequence[str],
        adds: Sequence[str],
        reach: int,
        look: Callable[[Tile, Values], None] | None = None,
    ) -> Values:
        """Run all tiles, and put some values together from them."""
        names = list(dict.fromkeys([*wanted, *adds]))
        known = {**self.kept, **self._placed}
        ranks = {name: value.ndim for name, value in {**known, **self._statistics}.items()}
        data = self._network.graph.cut(names, known, self._summed, ranks)
        session = Session(self._network.path, self._network.engine, data=data)
        put_together: Values = {}
        # The last tile comes first: it tells how large a value of the whole picture is.
        for tile in tiles(self._height, self._width, self._side, self._halo(reach))[::-1]:
            parts = session.again(session.outputs, **self._inputs(tile, session.inputs))
            found = dict(zip(names, parts, strict=True))
            if look is not None:
                look(tile, found)
            for name in adds:
                self._put(put_together, name, tile, found[name])
            if self._on_tile is not None:
                self._on_tile()
        return put_together

    def _halo(self, reach: int) -> int:
        """Pixels that a tile reads beyond what it owns: in whole steps, with one to spare."""
        step = self._anatomy.step
        return (-(-(reach + self._anatomy.margin) // step) + 1) * step

    def _inputs(self, tile: Tile, names: Sequence[str]) -> Values:
        whole = {**self.kept, **self._placed, **self._given}
        return {
            name: whole[name][self._read(name, tile)] if name in whole else self._statistics[name]
            for name in names
        }

    def _read(self, name: str, tile: Tile) -> tuple[slice, ...]:
        extent = self._anatomy.extents[name]
        rows = extent.height.read(tile.rows.first, tile.rows.last, self._height)
        columns = extent.width.read(tile.columns.first, tile.columns.last, self._width)
        return extent.at(rows, columns)

    def _core(self, name: str, tile: Tile, part: NDArray[Any]) -> NDArray[Any]:
        """What a tile owns of its part of a value."""
        extent, rows, columns = self._anatomy.extents[name], tile.rows, tile.columns
        return part[
            extent.at(
                extent.height.core(rows.start, rows.stop, rows.first, self._height),
                extent.width.core(columns.start, columns.stop, columns.first, self._width),
            )
        ]

    def _put(self, wholes: Values, name: str, tile: Tile, part: NDArray[Any]) -> None:
        extent, core = self._anatomy.extents[name], self._core(name, tile, part)
        top, left = extent.height.place(tile.rows.start), extent.width.place(tile.columns.start)
        bottom = top + core.shape[extent.height.axis]
        right = left + core.shape[extent.width.axis]
        if name not in wholes:
            shape = list(core.shape)
            shape[extent.height.axis], shape[extent.width.axis] = bottom, right
            wholes[name] = np.empty(shape, core.dtype)
        wholes[name][extent.at(slice(top, bottom), slice(left, right))] = core


def _placed_values(network: Network, anatomy: Anatomy, given: Array) -> Values:
    """What depends on the place in the picture alone, of all of it: a tile has its own part."""
    name = network.about.get(PLACED, "")
    if name not in anatomy.extents:
        return {}
    session = Session(network.path, network.engine, data=network.graph.cut([name]), once=True)
    (value,) = session(session.outputs, **{network.layout.given: given})
    return {name: value}
