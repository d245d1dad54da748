"""The levels that a network counts colours in: 0–255, 0–1 or −1–1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array

LevelsName = Literal["auto", "byte", "unit", "signed"]


@dataclass(frozen=True)
class Levels:
    """A range of levels, as v = factor · level + offset of 0–255.

    Attributes:
        name: ``byte``, ``unit`` or ``signed``.
        words: the range itself.
        factor: of it.
        offset: of it.
    """

    name: str
    words: str
    factor: float
    offset: float

    def enter(self, image: Array) -> Array:
        """Levels of 0–255 in this range."""
        if (self.factor, self.offset) == (1.0, 0.0):
            return image
        return image * np.float32(self.factor) + np.float32(self.offset)

    def leave(self, output: NDArray[Any]) -> Array:
        """Levels of this range as 0–255; what lies outside is cut to it."""
        levels = output.astype(np.float32)
        if (self.factor, self.offset) != (1.0, 0.0):
            levels = (levels - np.float32(self.offset)) / np.float32(self.factor)
        return np.clip(levels, 0, 255, out=levels)


LEVELS: Mapping[str, Levels] = MappingProxyType(
    {
        "byte": Levels("byte", "0–255", 1.0, 0.0),
        "unit": Levels("unit", "0–1", 1 / 255, 0.0),
        "signed": Levels("signed", "−1–1", 1 / 127.5, -1.0),
    }
)

_LOOSE = 0.1
"""Beyond the ends of a range that the last rounding may lead."""

_LEAST_OF_BYTES = 16.0
"""What spans less of 0–255 is no picture."""


def guess(run: Callable[[Array], NDArray[Any]], picture: Array) -> Levels | None:
    """The range that a network gives its pictures in, by running it; None where that does not tell.

    A network ends in what bounds its range, or was trained to meet it. It is taken to be that of
    the input as well, which an instance normalisation near the input makes matter little.

    Args:
        run: runs the network.
        picture: what it is run on, (1, 3, H, W), 0–255.
    """
    found = _range_of(run(picture))
    if found is not None and found.name != "byte":
        # Fed as it wants to be, it has to say the same.
        found = found if _range_of(run(found.enter(picture))) == found else None
    return found


def _range_of(output: NDArray[Any]) -> Levels | None:
    low, high = float(output.min()), float(output.max())
    if not np.isfinite([low, high]).all() or high - low < _LOOSE / 10:
        return None
    if low >= -1 - _LOOSE and high <= 1 + _LOOSE:
        return LEVELS["unit" if low >= -_LOOSE else "signed"]
    return LEVELS["byte"] if high - low >= _LEAST_OF_BYTES else None
