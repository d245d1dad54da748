"""Effectiveness: how much of a style's manner a picture has.

Yeh, Tang, Bhattad & Forsyth 2018, Quantitative Evaluation of Style Transfer (arXiv 1804.00118):
features of both as Gaussians along principal directions, E = −ln of the Kullback–Leibler divergence
of the picture's from the style's; more is better. The paper's directions are those of a collection
of paintings, here they are the style's own, as many, but for small pictures fewer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..settings import block_of
from .gaussian import Floats, Gaussian, kullback_leibler

WEIGHTS = {1: 0.7468, 2: 0.2557, 3: 2.3768}
"""How much E at a layer of each block counts, as the authors calibrated it by people's choices."""

_DIRECTIONS = {1: 32, 2: 48, 3: 128}
"""Principal directions in each block, as in the authors' program."""

_FOR_EACH = 16
"""Positions of the picture for each direction: fewer samples tell of chance. It holds for a style
that is taken at half the size, too, and makes no difference between pictures of one size."""

_LEAST = 1e-9
"""Of a divergence: below is rounding."""


def effectiveness(style: Mapping[str, Floats], picture: Mapping[str, Floats]) -> float:
    """E over layers of the first three blocks, as people weigh them: Σ_l w_l E_l.

    Args:
        style: features (C, …) by layer, one layer of each of the blocks.
        picture: the same of the picture.
    """
    return sum(
        WEIGHTS[block_of(layer)] * effectiveness_at(layer, style[layer], picture[layer])
        for layer in style
        if block_of(layer) in WEIGHTS
    )


def effectiveness_at(layer: str, style: Floats, picture: Floats) -> float:
    """E at a layer of the first three blocks, of features (C, …)."""
    wanted, found = Gaussian.of(style), Gaussian.of(picture)
    positions = picture[0].size
    directions = wanted.leading(max(1, min(_DIRECTIONS[block_of(layer)], positions // _FOR_EACH)))
    wanted, found = wanted.along(directions), found.along(directions)
    return effectiveness_of(
        kullback_leibler(found.widened(wanted.ridge), wanted.widened(wanted.ridge))
    )


def effectiveness_of(divergence: float) -> float:
    """E for a divergence."""
    return -math.log(max(divergence, _LEAST))
