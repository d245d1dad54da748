"""Which region of the style suits which region of the content, by colour, texture and place."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize
from ..pictures.tensors import Picture
from .descriptors import describe
from .segmentation import Index

_RELATIVE = 0.5  # what a region is among its neighbours counts this much beside what it is
_PLACE = 0.5  # so does its height in the picture
_AREA = 0.25  # and the logarithm of its share


class Pair(NamedTuple):
    """A region of the content and the one of the style that it takes after.

    Attributes:
        content: number of the content's region.
        style: number of the style's region.
        distance: how different they look; 0 is the same.
    """

    content: int
    style: int
    distance: float


def match(content: Picture, parts: Index, style: Picture, style_parts: Index) -> list[Pair]:
    """Pair regions so that the sum of their differences is least.

    Compared are colour and texture, as they are and relative to the rest of their picture (so that
    the brightest finds the brightest), the height in the picture, and the size. A region of the
    style is taken once; where the content has more regions than the style, those left over take
    the most similar one again.

    Args:
        content: (H, W, 3) uint8.
        parts: its regions, (H, W), numbered from 0 without gaps.
        style: (h, w, 3) uint8.
        style_parts: its regions, (h, w).

    Returns:
        A pair for each region of the content, in their order.
    """
    from scipy import optimize

    solver: Any = optimize
    one, other = _profile(content, parts), _profile(style, style_parts)
    distances = np.linalg.norm(one[:, None] - other[None], axis=2)
    nearest = distances.argmin(axis=1)
    rows, columns = solver.linear_sum_assignment(distances)
    nearest[rows] = columns
    return [Pair(i, int(j), float(distances[i, j])) for i, j in enumerate(nearest)]


def common_numbers(pairs: list[Pair], style_parts: Index) -> tuple[NDArray[Any], Index]:
    """Number the regions of both pictures alike where they are paired.

    Returns:
        The new number of each region of the content, (count,), and the style's regions, (h, w),
        numbered by those that take after them. Regions that nobody takes follow after.
    """
    taken: dict[int, int] = {}
    for pair in pairs:
        taken.setdefault(pair.style, pair.content)
    numbers = np.array([taken[pair.style] for pair in pairs])
    rest = [one for one in range(int(style_parts.max()) + 1) if one not in taken]
    taken |= {one: len(pairs) + place for place, one in enumerate(rest)}
    of_style = np.array([taken[one] for one in range(len(taken))])
    return numbers, of_style[style_parts]


def _profile(picture: Picture, parts: Index) -> NDArray[np.float64]:
    """What each region is like, (count, features)."""
    import cv2

    seen = describe(picture)
    height, width = seen.lab.shape[:2]
    small: Any = cv2.resize(
        parts.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    inside = [_inside(parts, small, one) for one in range(int(parts.max()) + 1)]
    looks = np.stack([seen.looks[mask].mean(axis=0) for mask in inside])
    rows = np.linspace(0, 1, height)
    heights = np.array([np.average(rows, weights=mask.mean(axis=1)) for mask in inside])
    shares = np.array([mask.mean() for mask in inside])
    mean, spread = seen.looks.mean(axis=(0, 1)), seen.looks.std(axis=(0, 1)) + 0.03
    relative = _RELATIVE * (looks - mean) / spread / looks.shape[1] ** 0.5
    return np.column_stack([looks, relative, _PLACE * heights, _AREA * np.log(shares)])


def _inside(parts: Index, small: Index, one: int) -> NDArray[np.bool_]:
    """Where a region is among the shrunk ones; one too small to be left, where most of it was."""
    inside: NDArray[np.bool_] = small == one
    if inside.any():
        return inside
    share = resize((parts == one).astype(np.float32), small.shape[1], small.shape[0])
    return share == share.max()
