"""What is added to an enlarged picture: on contours the content's own detail, else the style's.

Pictures are (H, W, 3) float32, RGB, 0–255; detail is the same with values around 0; masks and
contours are (H, W) float32, 0–1.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..pictures.tensors import Array
from ..pictures.tiles import OnPart, unwatched
from .example import Examples, example_detail, searches_of, strips_of

OWN_SHARE = 0.2
"""Of the content's own detail, where it has no contours, at fine scales."""

OWN_SHARE_COARSE = 1.0
"""The same at coarse scales, where detail is still form and not yet texture."""

COARSE = 160
"""Pixels: scales whose longer side is at most this are coarse."""


def detail(
    picture: Array,
    own: Array,
    structure: Array,
    examples: Examples,
    growth: float,
    own_share: float,
    on_part: OnPart = unwatched,
) -> Iterator[tuple[slice, Array]]:
    """The mixture that is added to an enlarged picture, strip by strip: rows, and (h, W, 3) there.

    (1 − w) e + (c + (1 − c) w) d, with the example's detail e, the content's own d, w = 1 on
    contours of the content and c the share of its own detail elsewhere. What no region covers
    (by 1 − Σ masks) keeps the content's own detail in full.

    Args:
        picture: (H, W, 3), enlarged.
        own: (H, W, 3), the content's own detail at this scale.
        structure: (H, W), w, as from :func:`contours_at`.
        examples: for each region.
        growth: how many times larger the scale is than the one before.
        own_share: c, 0–1.
        on_part: called after each strip, with how many are done of how many.
    """
    searches = searches_of(examples, growth)
    strips = list(strips_of(*picture.shape[:2]))
    for number, strip in enumerate(strips, start=1):
        rows = slice(strip.start, strip.stop)
        found, covered = example_detail(picture, searches, strip)
        w = np.maximum(structure[rows], 1 - covered)[..., None]
        # Where regions end, `found` has faded by `covered` already: only contours weigh it down.
        found *= 1 - structure[rows][..., None]
        found += (own_share + (1 - own_share) * w) * own[rows]
        yield rows, np.asarray(found, np.float32)
        on_part("detail", number, len(strips))


def own_share_at(height: int, width: int) -> float:
    """The content's share c at a scale of this height and width."""
    return OWN_SHARE_COARSE if max(height, width) <= COARSE else OWN_SHARE
