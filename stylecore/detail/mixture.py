"""What is added to an enlarged picture: on contours the content's own detail, else the style's.

Pictures are (H, W, 3) float32, RGB, 0–255; detail is the same with values around 0; masks and
contours are (H, W) float32, 0–1.
"""

from __future__ import annotations

import numpy as np

from ..pictures.tensors import Array
from .example import Examples, example_detail

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
) -> Array:
    """The mixture that is added to an enlarged picture, (H, W, 3).

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
    """
    found, covered = example_detail(picture, examples, growth)
    w = np.maximum(structure, 1 - covered)[..., None]
    # Where regions end, `found` has faded by `covered` already: only contours weigh it down.
    by_example = (1 - structure[..., None]) * found
    return np.asarray(by_example + (own_share + (1 - own_share) * w) * own, np.float32)


def own_share_at(height: int, width: int) -> float:
    """The content's share c at a scale of this height and width."""
    return OWN_SHARE_COARSE if max(height, width) <= COARSE else OWN_SHARE
