"""Detail by example: what the style has at places that look like an enlarged picture, blurred.

Every patch of the picture finds the nearest patch of the *blurred* style and takes what the blur
took from it (Hertzmann et al. 2001, *Image Analogies*: B′ from A : A′, A the blurred style and A′
the style).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np

from ..pictures.tensors import Array
from .library import Example, coherent, library_of, nearest
from .patches import SIDE, Sheet, grid, projected
from .resample import missing

Examples: TypeAlias = Sequence[tuple[Array | None, Sequence[Example]]]
"""For each region its mask (H, W) in the content, or None for everywhere, and the styles it takes
from. Masks add up to at most 1."""

_BLUR = 0.45
"""σ in pixels for each time that the scale has grown."""

_AMOUNT = 1.5
"""Of the example's detail: averaging patches has cost it some of its strength."""


def example_detail(
    picture: Array,
    examples: Examples,
    growth: float,
) -> tuple[Array, Array]:
    """Every region's detail by example, laid over each other by their masks.

    Args:
        picture: (H, W, 3), enlarged.
        examples: for each region.
        growth: how many times larger the scale is than the one before.

    Returns:
        The detail (H, W, 3), already weighed by the masks, and the sum of the masks (H, W).
    """
    height, width = picture.shape[:2]
    total = np.zeros_like(picture)
    covered = np.zeros((height, width), np.float32)
    for mask, styles in examples:
        if mask is not None and not mask.max() > 0:
            continue
        found = _region_detail(picture, mask, styles, growth)
        total += found if mask is None else mask[..., None] * found
        covered += 1 if mask is None else mask
    return total, np.minimum(covered, 1)


def _region_detail(
    picture: Array, mask: Array | None, styles: Sequence[Example], growth: float
) -> Array:
    """The detail (H, W, 3) that one region takes from its styles; away from the mask it is 0."""
    height, width = picture.shape[:2]
    blurred = [_blurred(one.style, growth) for one in styles]
    library = library_of(styles, blurred)
    rows, columns = grid(0, height, 0, width)
    if mask is None:
        wanted = np.ones(rows.shape, bool)
    else:
        wanted = (cv2.dilate(mask, np.ones((SIDE, SIDE), np.uint8)) > 0)[rows, columns]
    sought = projected(picture, (rows[wanted], columns[wanted]), library.space)
    numbers = coherent(library, sought, wanted, *nearest(library, sought))
    sheet = Sheet(height, width)
    for k, one in enumerate(styles):
        mine = library.style[numbers] == k
        taken, laid = numbers[mine], (rows[mine], columns[mine])
        sheet.lay(missing(one.style, growth), (library.rows[taken], library.columns[taken]), laid)
    return _AMOUNT * sheet.mean()


def _blurred(style: Array, growth: float) -> Array:
    """What a style (h, w, 3) would look like, had it been enlarged `growth` times: for the search.

    By a Gaussian, as near to it as one can be: what was shrunk and enlarged in earnest shows the
    grid of its small pixels, and patches found by their place in that grid weave a comb of
    horizontal and vertical lines into skies.
    """
    return np.asarray(cv2.GaussianBlur(style, (0, 0), _BLUR * growth), np.float32)
