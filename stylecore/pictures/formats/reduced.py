"""A picture that comes in strips, shrunk as it comes: only the small one lies in memory whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alpha import shrink
from .stored import DAMAGED, UnreadableError

LARGE = 1 << 26
"""Bytes of a picture: from here on it is worth the trouble to read it in strips."""


def reduced(
    strips: Iterable[NDArray[Any]], height: int, width: int, times: int, *, alpha: bool
) -> NDArray[Any]:
    """Area means of strips, so many times smaller on both sides, (⌈H/r⌉, ⌈W/r⌉, C).

    Args:
        strips: (h, W, C) from the top, of any height each.
        height: of all of them.
        width: of them.
        times: how many times smaller, r.
        alpha: whether the last channel is alpha: a colour then counts as it shows.

    Raises:
        UnreadableError: for fewer rows than there should be.
    """
    rows, columns = -(-height // times), -(-width // times)
    small: NDArray[Any] | None = None
    waiting: list[NDArray[Any]] = []
    there = done = 0
    for strip in strips:
        waiting.append(strip)
        there += len(strip)
        whole = there == height
        ready = there if whole else there - (there - done * times) % times
        taken = ready - done * times
        if taken <= 0:
            continue
        band = np.concatenate(waiting) if len(waiting) > 1 else waiting[0]
        waiting = [band[taken:]] if len(band) > taken else []
        found = _band(band[:taken], times, columns, alpha=alpha)
        if small is None:
            small = np.empty((rows, columns, found.shape[2]), found.dtype)
        small[done : done + len(found)] = found
        done += len(found)
    if small is None or there != height or done != rows:
        raise UnreadableError(DAMAGED)
    return small


def _band(band: NDArray[Any], times: int, columns: int, *, alpha: bool) -> NDArray[Any]:
    """The same area for every mean: at the last column and row what lies there is repeated."""
    more = (-len(band) % times, columns * times - band.shape[1])
    if any(more):
        band = np.pad(band, ((0, more[0]), (0, more[1]), (0, 0)), mode="edge")
    return shrink(band, len(band) // times, columns, alpha=alpha)
