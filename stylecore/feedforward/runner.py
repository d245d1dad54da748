"""A network on pictures of any size: whole, or in tiles where memory is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from ..engine.engines import exact
from ..engine.room import usable_memory
from ..errors import EngineError, ModelError, SettingsError
from ..memory import is_shortage, let_go
from ..pictures.tensors import Array
from .anatomy import Anatomy, anatomy_of
from .network import Network, trial_picture
from .reach import reaches_of
from .stages import in_stages, runs_of
from .windows import in_windows, starts

OnTile: TypeAlias = Callable[[int, int], object]
"""Called after every tile with how many are done, and how many there are."""

SMALLEST_TILE, LARGEST_TILE = 64, 16384
"""Pixels a side."""

_USUAL, _LEAST_USUAL = 1024, 128
"""Pixels a side of tiles that nobody asked for, at most and at least."""

_SHARE = 0.5
"""Of the free memory that may be taken."""

_OVERHEAD = 2.8
"""How many times as much ONNX Runtime takes as is live: its arena grows by doubling."""

_AT_MOST = 4096
"""Bytes for a pixel: what no network needs, so that most pictures need no look inside of one."""

_OF_PICTURES = 60
"""Bytes for a pixel of what is around the network: the picture in 8 bits, in floats, and so on."""

_KEPT = 0.5
"""The share of what may be taken that stages may keep."""

_SAME = 0.05
"""Levels: two results of a small picture that differ by less are the same, but for rounding."""

_ODD = (37, 22)
"""Pixels by which the trial of tiles is larger than these."""


_ODD_GRAPHS = (ValueError, KeyError, IndexError)
"""What values lead to that are not what they were in another run."""


@dataclass(frozen=True)
class Inside:
    """What was found out of a network that can run in tiles exactly.

    Attributes:
        anatomy: of it.
        reaches: of its stages.
    """

    anatomy: Anatomy
    reaches: tuple[int, ...]


class Runner:
    """Runs a network on pictures (1, 3, H, W), RGB, 0–255, of any size.

    Args:
        network: as from :func:`open_network`.
        tile: pixels a side of tiles; 0 takes none, but where memory is short.
        on_note: told what is not done as one would expect, in a line; each once.
        on_tile: called after every tile.

    Raises:
        SettingsError: for a size of tiles that makes no sense.
    """

    def __init__(
        self,
        network: Network,
        tile: int = 0,
        on_note: Callable[[str], object] | None = None,
        on_tile: OnTile | None = None,
    ) -> None:
        if tile and not SMALLEST_TILE <= tile <= LARGEST_TILE:
            raise SettingsError(
                f"tiles of {tile} pixels were asked for; give {SMALLEST_TILE} to {LARGEST_TILE}, or"
                " 0 for none"
            )
        self.network, self.tile = network, tile
        self._on_note, self._on_tile = on_note, on_tile
        self._told: set[str] = set()
        self._last, self._side = (0, 0), 0

    def __call__(self, image: Array, *, again: bool = False) -> Array:
        """Paint a picture; gives the same shape and range.

        Args:
            image: the picture.
            again: whether more of the same size follow, so that memory is kept for them.

        Raises:
            EngineError: when ONNX Runtime fails, or memory does not suffice for tiles either.
        """
        height, width = image.shape[2:]
        if not (again and self._last == (height, width)):  # the next of many has room as well
            self._side = self.tile or self._side_for(height, width)
        self._last, side = (height, width), self._side
        if not side:
            try:
                return self.network(image, again=again)
            except (EngineError, MemoryError) as error:
                if not is_shortage(error):
                    raise
                let_go(error)
                self._side = side = _USUAL // 2
        return self._tiled(image, side)

    @cached_property
    def inside(self) -> Inside | None:
        """What tiles need to know; None where they would not give the same picture."""
        if self.network.size is not None or self.network.layout.batch != 1:
            return None
        try:
            # In fp32: what an engine rounds is no matter of tiles.
            engine, network = exact(self.network.engine), self.network
            return _looked_into(network if engine == network.engine else network.on(engine))
        except (ModelError, EngineError, *_ODD_GRAPHS) as error:
            if is_shortage(error):
                raise
            return None  # what cannot be cut is not cut

    def _side_for(self, height: int, width: int) -> int:
        """The side of tiles that memory asks for; 0 where the whole picture finds room."""
        room, pixels = _SHARE * usable_memory(), height * width
        if pixels * _AT_MOST <= room or self.network.size is not None:
            return 0
        live = self._live
        if pixels * (_OVERHEAD * live + _OF_PICTURES) <= room:
            return 0
        side = int((max(0.0, room - pixels * _OF_PICTURES) * (1 - _KEPT) / _OVERHEAD / live) ** 0.5)
        return min(_USUAL, max(_LEAST_USUAL, side // 2))

    @cached_property
    def _live(self) -> float:
        """Bytes for a pixel that are live at a time."""
        if self.inside is not None:
            return self.inside.anatomy.bytes
        try:
            return anatomy_of(self.network).bytes
        except (ModelError, EngineError, *_ODD_GRAPHS):
            return _AT_MOST / _OVERHEAD

    def _tiled(self, image: Array, side: int) -> Array:
        height, width = image.shape[2:]
        if max(height, width) <= side:
            return self.network(image)
        if self.inside is None:
            return self._windowed(image, side)
        if not self.tile:
            self._note(
                f"{width}×{height} pixels find no room in memory as a whole: painted in tiles of"
                f" {side}, which gives the same picture"
            )
        return self._staged(self.inside, image, side)

    def _staged(self, inside: Inside, image: Array, side: int) -> Array:
        network, step = self.network, inside.anatomy.step
        side = -(-side // step) * step
        padded = network.padded(image)
        room = _SHARE * usable_memory() - padded[0, 0].size * _OF_PICTURES
        height, width = padded.shape[2:]
        on_tile = self._counted(runs_of(network, height, width, side))
        output = in_stages(
            *(network, inside.anatomy, inside.reaches, network.enter(padded), side),
            *(max(0.0, room) * _KEPT, on_tile),
        )
        return network.leave(output)[..., : image.shape[2], : image.shape[3]]

    def _windowed(self, image: Array, side: int) -> Array:
        height, width = image.shape[2:]
        window = self.network.size or (min(side, height), min(side, width))
        if height < window[0] or width < window[1]:
            return self.network(image)
        self._note(
            f"{width}×{height} pixels are painted in windows of {window[1]}×{window[0]} that fade"
            f" into one another, each for itself: {self.network.path} cannot be cut, so colours and"
            " contrast may change from one to the next"
        )
        count = len(starts(height, window[0])) * len(starts(width, window[1]))
        return in_windows(partial(self.network, again=True), image, window, self._counted(count))

    def _counted(self, count: int) -> Callable[[], None]:
        done = 0

        def one_more() -> None:
            nonlocal done
            done += 1
            if self._on_tile is not None:
                self._on_tile(done, count)

        return one_more

    def _note(self, line: str) -> None:
        if line not in self._told and self._on_note is not None:
            self._on_note(line)
        self._told.add(line)


def _looked_into(network: Network) -> Inside | None:
    """What tiles need to know, where a small picture comes out the same in tiles and whole."""
    anatomy = anatomy_of(network)
    reaches = reaches_of(network, anatomy)
    if reaches is None:
        return None
    side = -(-max(96, 2 * anatomy.step) // anatomy.step) * anatomy.step
    given = network.enter(network.padded(trial_picture(2 * side + _ODD[0], 2 * side + _ODD[1])))
    whole = network.leave(network.run(given))
    cut = network.leave(in_stages(network, anatomy, reaches, given, side, np.inf))
    same = float(np.abs(whole - cut).max()) < _SAME
    return Inside(anatomy, tuple(reaches)) if same else None
