"""Views of a style: parts of it, enlarged and turned, whose mean has its manner and not its things.

At a coarse scale a position of a deep layer sees much of a picture, so that the Gram matrices there
describe where its things are. Averaged over parts that lie elsewhere and stand on their heads the
composition is lost, and what all parts have in common is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize
from ..pictures.tensors import Array

COARSE, MIDDLE = 160, 320
"""Pixels: the longest sides of scales that have all views, and of those that have a few."""


@dataclass(frozen=True)
class Corner:
    """A corner of a style.

    Attributes:
        down: 0 for an upper corner, 1 for a lower one.
        right: 0 for a left corner, 1 for a right one.
        enlarged: how many times.
        turns: quarter turns.
    """

    down: int
    right: int
    enlarged: float
    turns: int

    def cut(
        self,
        values: NDArray[Any],
        height: int,
        width: int,
        resample: Callable[[NDArray[Any], int, int], NDArray[Any]],
    ) -> NDArray[Any]:
        """The corner, as large as the whole is at a scale.

        Args:
            values: (H, W) or (H, W, C), of any size.
            height: of the whole at the scale, in pixels.
            width: the same.
            resample: (values, height, width) ↦ values of that size.
        """
        big = resample(values, round(height * self.enlarged), round(width * self.enlarged))
        top = self.down * (big.shape[0] - height)
        left = self.right * (big.shape[1] - width)
        corner = big[top : top + height, left : left + width]
        return np.ascontiguousarray(np.rot90(corner, self.turns))

    def cut_picture(self, picture: Array, height: int, width: int) -> Array:
        """The corner of a picture (H, W, 3), as :meth:`cut` has it."""
        return self.cut(picture, height, width, lambda seen, h, w: resize(seen, w, h))


@dataclass(frozen=True)
class StyleView:
    """A view, and which regions are in it.

    Attributes:
        picture: (1, 3, h, w).
        regions: the numbers of the regions that take from this style.
        guides: (K', h, w) by name, of these regions.
        there: by layer, the regions that have not vanished.
    """

    picture: Array
    regions: tuple[int, ...]
    guides: dict[str, Array]
    there: dict[str, frozenset[int]]


def corners_at(longest: int) -> tuple[Corner, ...]:
    """The views at a scale whose longer side is so long.

    Up to `COARSE` twelve, each orientation as often as the others, so that an upright figure is a
    quarter of the whole; up to `MIDDLE` four, upright or upside down, which keeps the direction of
    rain and hatching where strokes are drawn; then none.
    """
    if longest <= COARSE:
        return _round(1.4, (1, 2, 3, 0)) + _round(2.0, (0, 1, 2, 3)) + _round(2.0, (2, 3, 0, 1))
    return _round(2.0, (0, 2, 2, 0)) if longest <= MIDDLE else ()


def _round(enlarged: float, turns: tuple[int, int, int, int]) -> tuple[Corner, ...]:
    places = ((0, 0), (0, 1), (1, 0), (1, 1))
    return tuple(
        Corner(down, right, enlarged, turn)
        for (down, right), turn in zip(places, turns, strict=True)
    )
