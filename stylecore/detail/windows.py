"""Windows of a style that is too large to look for examples everywhere in it."""

from __future__ import annotations

from typing import TypeAlias

from .library import IN_A_TREE
from .patches import STEP

Window: TypeAlias = tuple[slice, slice]
"""Rows and columns of a picture."""

_A_SIDE = 4
"""Windows a side: enough that none of a style's parts is left out."""


def windows(height: int, width: int, styles: int = 1) -> list[Window]:
    """Where a style of a size is looked at: everywhere, or in windows spread evenly over it.

    The windows together have so many patches that those of all styles fit into one tree. A search
    among four times as many takes twice as long for each patch, and the picture of a larger scale
    has four times as many patches, too.

    Args:
        height: of the style, in pixels.
        width: of the style, in pixels.
        styles: how many there are.
    """
    most = IN_A_TREE * STEP * STEP / styles
    if height * width <= most:
        return [(slice(0, height), slice(0, width))]
    share = (most / (height * width)) ** 0.5 / _A_SIDE
    rows, columns = (_spread(whole, round(whole * share)) for whole in (height, width))
    return [(down, right) for down in rows for right in columns]


def _spread(whole: int, part: int) -> list[slice]:
    """Parts of a side, from its one end to the other."""
    starts = [round(i * (whole - part) / (_A_SIDE - 1)) for i in range(_A_SIDE)]
    return [slice(start, start + part) for start in starts]
