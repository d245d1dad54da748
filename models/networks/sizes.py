"""How large a network is: a small table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

NetworkSize = Literal["tiny", "small", "full"]


@dataclass(frozen=True)
class Shape:
    """What tells one size from another.

    Attributes:
        widths: channels at the full size of a picture, at a half and at a quarter of it.
        blocks: residual blocks at a quarter.
    """

    widths: tuple[int, int, int]
    blocks: int


SHAPES: Mapping[NetworkSize, Shape] = MappingProxyType(
    {
        "tiny": Shape((8, 16, 16), blocks=10),
        "small": Shape((16, 32, 32), blocks=16),
        "full": Shape((32, 64, 64), blocks=21),
    }
)
"""About 58 thousand, 326 thousand and 1.6 million weights: many narrow blocks paint better than few
wide ones of as many weights, and as fast."""

MULTIPLE = 4
"""Pixels a side of the squares that a picture is seen in; it is filled up to whole ones."""

NOISE = 4
"""Channels of noise that a network sees beside a picture."""

SMALLEST = 8
"""Pixels a side: below, there is not enough of a picture to mirror."""
