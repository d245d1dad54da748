"""Detail by example: what the style has at places that look like an enlarged picture, blurred.

Every patch of the picture finds the nearest patch of the *blurred* style and takes what the blur
took from it (Hertzmann et al. 2001, *Image Analogies*: B′ from A : A′, A the blurred style and A′
the style).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import cv2
import numpy as np

from ..pictures.tensors import Array
from ..pictures.tiles import Span, spans
from .library import Example, coherent, library_of, nearest
from .patches import SIDE, Sheet, grid, projected
from .resample import missing

Examples: TypeAlias = Sequence[tuple[Array | None, Sequence[Example]]]
"""For each region its mask (H, W) in the content, or None for everywhere, and the styles it takes
from. Masks add up to at most 1."""

_AT_ONCE = 1 << 21
"""Pixels of a picture that examples are sought for at a time: what that takes is a hundred bytes
for each."""

_EVEN = 4
"""Rows that strips begin at multiples of: patches lie on every second row, and coherence looks at
every second of these."""

_HALO = 24
"""Rows that a strip looks at beyond those that it owns. Coherence carries what it finds over eight
patches at most, which is 16 rows; a patch reaches two rows further, and lies two rows around."""

_BLUR = 0.45
"""σ in pixels for each time that the scale has grown."""

_AMOUNT = 1.5
"""Of the example's detail: averaging patches has cost it some of its strength."""


def strips_of(height: int, width: int) -> Iterator[Span]:
    """Strips of a picture that detail is found for one after the other, from the top.

    Each owns rows, and looks at some more: what it finds is what the whole picture would.
    """
    rows = max(_HALO, _AT_ONCE // width)
    return spans(height, -(-rows // _EVEN) * _EVEN, _HALO)


def searches_of(examples: Examples, growth: float) -> list[Search]:
    """The searches of all regions that are anywhere.

    Args:
        examples: for each region.
        growth: how many times larger the scale is than the one before.
    """
    return [
        Search(mask, styles, growth) for mask, styles in examples if mask is None or mask.max() > 0
    ]


def example_detail(picture: Array, searches: Sequence[Search], strip: Span) -> tuple[Array, Array]:
    """Every region's detail by example, laid over each other by their masks.

    Args:
        picture: (H, W, 3), enlarged.
        searches: of the regions.
        strip: rows that are looked at, and those of them that are wanted.

    Returns:
        The detail (h, W, 3) of these h rows, already weighed by the masks, and the sum of the
        masks (h, W).
    """
    rows = slice(strip.start, strip.stop)
    total = np.zeros_like(picture[rows])
    covered = np.zeros(total.shape[:2], np.float32)
    for search in searches:
        mask = None if search.mask is None else search.mask[rows]
        if mask is not None and not mask.any():
            continue
        found = search.at(picture, strip)
        if mask is not None:
            found *= mask[..., None]
        total += found
        covered += 1 if mask is None else mask
    return total, np.minimum(covered, 1)


class Search:
    """What one region takes from its styles.

    Attributes:
        mask: (H, W), where the region is in the picture, or None for everywhere.

    Args:
        mask: the same.
        styles: that it takes from.
        growth: how many times larger the scale is than the one before.
    """

    def __init__(self, mask: Array | None, styles: Sequence[Example], growth: float) -> None:
        self.mask = mask
        self._library = library_of(styles, [_blurred(one.style, growth) for one in styles])
        self._missing = [missing(one.style, growth) for one in styles]

    def at(self, picture: Array, strip: Span) -> Array:
        """The detail (h, W, 3) of the h rows that a strip of a picture (H, W, 3) owns.

        Where the region is not, it is 0.
        """
        seen = slice(strip.first, strip.last)
        found = self._detail(picture[seen], None if self.mask is None else self.mask[seen])
        found *= _AMOUNT
        return found[strip.start - strip.first : strip.stop - strip.first]

    def _detail(self, picture: Array, mask: Array | None) -> Array:
        height, width = picture.shape[:2]
        library = self._library
        rows, columns = grid(0, height, 0, width)
        if mask is None:
            wanted = np.ones(rows.shape, bool)
        else:
            wanted = (cv2.dilate(mask, np.ones((SIDE, SIDE), np.uint8)) > 0)[rows, columns]
        sought = projected(picture, (rows[wanted], columns[wanted]), library.space)
        numbers = coherent(library, sought, wanted, *nearest(library, sought))
        sheet = Sheet(height, width)
        for k, lacking in enumerate(self._missing):
            mine = library.style[numbers] == k
            taken, laid = numbers[mine], (rows[mine], columns[mine])
            sheet.lay(lacking, (library.rows[taken], library.columns[taken]), laid)
        return sheet.mean()


def _blurred(style: Array, growth: float) -> Array:
    """What a style (h, w, 3) would look like, had it been enlarged `growth` times: for the search.

    By a Gaussian, as near to it as one can be: what was shrunk and enlarged in earnest shows the
    grid of its small pixels, and patches found by their place in that grid weave a comb of
    horizontal and vertical lines into skies.
    """
    return np.asarray(cv2.GaussianBlur(style, (0, 0), _BLUR * growth), np.float32)
