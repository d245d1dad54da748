"""What is inside a network: which values lie over the picture, how large they are, what is live.

Found out by running it twice on small pictures with every value as an output.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Session
from .network import Network, trial_picture
from .summaries import Summary

_SIZES = ((128, 192), (192, 256))
"""Of the two pictures: multiples of whatever a network halves."""


@dataclass(frozen=True)
class Side:
    """How a value follows one side of the picture: its size is ratio · side + offset.

    Attributes:
        axis: of the value.
        ratio: positions for a pixel.
        offset: positions more, as padding adds them, half at either end.
    """

    axis: int
    ratio: Fraction
    offset: int

    def read(self, start: int, stop: int, whole: int) -> slice:
        """The part that belongs to pixels from start to stop, of a side of so many in all."""
        return slice(
            int(self.ratio * start),
            None if stop == whole else int(self.ratio * stop) + self.offset,
        )

    def place(self, start: int, first: int = 0) -> int:
        """Where what a pixel owns begins, counted from another pixel; 0 at the very start."""
        return 0 if start == 0 else int(self.ratio * (start - first)) + self.offset // 2

    def core(self, start: int, stop: int, first: int, whole: int) -> slice:
        """What the pixels from start to stop own, in a part that was read from first on."""
        return slice(self.place(start, first), None if stop == whole else self.place(stop, first))


@dataclass(frozen=True)
class Extent:
    """How a value lies over the picture.

    Attributes:
        height: along its height.
        width: along its width.
        bytes: of it, for a pixel.
    """

    height: Side
    width: Side
    bytes: float

    def at(self, rows: slice, columns: slice) -> tuple[slice, ...]:
        """What to index it with for some of its rows and columns."""
        places = {self.height.axis: rows, self.width.axis: columns}
        return tuple(places.get(axis, slice(None)) for axis in range(4))


@dataclass(frozen=True)
class Anatomy:
    """What was found.

    Attributes:
        extents: of the values that lie over the picture, by their names.
        step: pixels; at multiples of it every value can be cut.
        margin: pixels that paddings add at one end, at most.
        bytes: that are live at a time, for a pixel, where the whole picture is run.
        live: for each summary the names of the values that are live before it.
    """

    extents: Mapping[str, Extent]
    step: int
    margin: int
    bytes: float
    live: tuple[tuple[str, ...], ...]


def anatomy_of(network: Network) -> Anatomy:
    """Look into a network.

    Raises:
        ModelError: for one whose values cannot all be shown.
        EngineError: as a run.
    """
    small, large = (_values(network, *size) for size in _SIZES)
    extents = {
        name: extent
        for name, value in large.items()
        if name in small and (extent := _extent(small[name].shape, value)) is not None
    }
    sides = [side for one in extents.values() for side in (one.height, one.width)]
    step = math.lcm(network.multiple, *(side.ratio.denominator for side in sides))
    places = [_place_of(network, one) for one in network.graph.summaries]
    live = [tuple(name for name in _live_at(network, place) if name in extents) for place in places]
    margin = max(math.ceil(abs(side.offset) / side.ratio / 2) for side in sides)
    return Anatomy(extents, step, margin, _most_bytes(network, extents), tuple(live))


def _values(network: Network, height: int, width: int) -> dict[str, NDArray[Any]]:
    graph = network.graph
    names = [name for node in graph.nodes for name in node.outputs if name]
    session = Session(network.path, network.engine, data=graph.cut(names), once=True)
    given = {network.layout.given: network.enter(trial_picture(height, width))}
    found: list[Any] = list(session(session.outputs, **given))
    # What is cut is given as float32; sequences, which are no arrays, and others cannot be.
    shown = zip(names, found, strict=True)
    floats = {name: one for name, one in shown if getattr(one, "dtype", None) == np.float32}
    return {**floats, **given}


def _extent(small: tuple[int, ...], large: NDArray[Any]) -> Extent | None:
    """How a value lies over the picture; None where it does not."""
    if len(small) != 4 or large.ndim != 4:
        return None
    changed = [axis for axis in range(4) if small[axis] != large.shape[axis]]
    if len(changed) != 2:
        return None
    sides: list[Side] = []
    for axis, *(one, other) in zip(changed, *_SIZES, strict=True):
        ratio = Fraction(large.shape[axis] - small[axis], other - one)
        offset = small[axis] - ratio * one
        if ratio <= 0 or offset.denominator != 1 or offset % 2:
            return None
        sides.append(Side(axis, ratio, int(offset)))
    height, width = sides
    return Extent(height, width, large.nbytes / (_SIZES[1][0] * _SIZES[1][1]))


def _place_of(network: Network, summary: Summary) -> int:
    outputs = [node.outputs for node in network.graph.nodes]
    return next(place for place, names in enumerate(outputs) if summary.output in names)


def _live_at(network: Network, place: int) -> list[str]:
    """The values that are made before an operator and wanted by it or those behind."""
    nodes = network.graph.nodes
    wanted = {name for node in nodes[place:] for name in node.inputs}
    made = [name for node in nodes[:place] for name in node.outputs]
    return [name for name in made if name in wanted]


def _most_bytes(network: Network, extents: Mapping[str, Extent]) -> float:
    """Of what an operator takes and gives, with all that waits meanwhile."""
    most = 0.0
    for place, node in enumerate(network.graph.nodes):
        names = {*_live_at(network, place), *node.outputs}
        most = max(most, sum(extents[name].bytes for name in names if name in extents))
    return most
