"""The unit that a run counts its loss in, so that weights of any size stay within float32.

A loss times a constant has the same minimum, and each optimiser takes the same steps. The constant
is a power of two: divided by it, every number keeps all of its digits.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..settings import Settings

_WEIGHTS = ("content_weight", "style_weight", "tv_weight")
_FARTHEST = 1000
"""Of an exponent: within it 2^e is a number in float64, and so is its inverse."""


def exponent_of(settings: Settings, heaviest_region: float = 1.0) -> int:
    """The e for which the weights are of order one in units of 2^e.

    Args:
        settings: weights count, and of plain sums the layers' weights.
        heaviest_region: the greatest weight of a region.
    """
    plain = settings.loss_scale == "none"
    content = max(settings.content_layers.values()) if plain else 1.0
    style = max(settings.style_layers.values()) if plain else 1.0
    exponents = [
        sum(math.frexp(factor)[1] for factor in factors)
        for factors in (
            (settings.content_weight, content),
            (settings.style_weight, style, heaviest_region),
            (settings.tv_weight,),
        )
        if all(factors)
    ]
    return max(-_FARTHEST, min(_FARTHEST, max(exponents, default=0)))


def in_units(settings: Settings, exponent: int) -> Settings:
    """The settings with their weights in units of 2^exponent."""
    scaled = {name: math.ldexp(getattr(settings, name), -exponent) for name in _WEIGHTS}
    return replace(settings, **scaled) if exponent else settings
