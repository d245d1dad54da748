"""A picture in windows that overlap and fade into one another: where nothing better can be done.

Each window is painted for itself, so that its colours and contrast follow what is in it alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..pictures.tensors import Array

OVERLAP = 4
"""A window shares at least one part in so many of its side with the next."""


def in_windows(
    paint: Callable[[Array], Array],
    image: Array,
    size: tuple[int, int],
    on_window: Callable[[], object] | None = None,
) -> Array:
    """Paint a picture (1, 3, H, W) in windows of one size.

    Args:
        paint: paints a window, (1, 3, h, w).
        image: the picture, no smaller than a window.
        size: height and width of a window.
        on_window: called after each.
    """
    height, width = size
    weights = np.outer(_fade(height), _fade(width)).astype(np.float32)
    total, weight = np.zeros_like(image), np.zeros(image.shape[2:], np.float32)
    for top in starts(image.shape[2], height):
        for left in starts(image.shape[3], width):
            place = (slice(top, top + height), slice(left, left + width))
            part = np.ascontiguousarray(image[(..., *place)])
            total[(..., *place)] += paint(part) * weights
            weight[place] += weights
            if on_window is not None:
                on_window()
    total /= weight
    return total


def starts(whole: int, side: int) -> list[int]:
    """Where windows of a side begin, spread evenly over the whole, the last one at its end."""
    if whole <= side:
        return [0]
    count = 1 + -(-(whole - side) // (side - side // OVERLAP))
    return [round(number * (whole - side) / (count - 1)) for number in range(count)]


def _fade(side: int) -> Array:
    """Rises from either end over the overlap, to 1."""
    places = np.arange(side) + 0.5
    return np.minimum(1, np.minimum(places, places[::-1]) / (side // OVERLAP)).astype(np.float32)
