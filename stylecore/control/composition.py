"""Whose composition a picture has: what holds the content, and where most.

At a coarse scale relu4_2 sees 84 pixels, more than the whole picture: there the content is held at
a shallower layer, so that a layer sees about the same part of the picture at every scale, and
counts much more. At fine scales both hold it: the deep one sees things, the shallow one an eye.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..pictures.images import resize_mask
from ..pictures.tensors import Array
from ..settings import Settings, sees_forms

SHALLOW, MIXED = 100, 200
"""Pixels: the longest sides of scales that hold the content at the shallow layers alone, and of
those where it counts more."""

_MORE, _SLIGHTLY_MORE, _LESS = 10.0, 1.2, 0.3
"""How many times as much the content counts at these scales, at finer ones, and where the shallow
layers alone hold it, beside the strokes that these settle."""

_POWER = 4
"""Of the distinctness: most places have much the same, and few are meant."""

_COARSE_RANGE, _FINE_RANGE = (0.3, 5.0), (0.25, 4.0)
"""How many times as much the content counts, at least and at most, by its distinctness."""

_NO_DIFFERENCE = 1e-3
"""A mean distinctness below is that of an even picture."""


def has_shallow_form(settings: Settings) -> bool:
    """Whether a scale can be held to the layers that see strokes, and leaves out others by that."""
    if settings.composition == "style":
        return False
    kept = [_strokes(weights) for weights in (settings.coarse_content, settings.style_layers)]
    is_deep = any(map(sees_forms, (*settings.all_content_layers, *settings.style_layers)))
    return is_deep and all(sum(weights.values()) > 0 for weights in kept)


def _strokes(weights: Mapping[str, float]) -> dict[str, float]:
    return {layer: weight for layer, weight in weights.items() if not sees_forms(layer)}


def settings_at(settings: Settings, longest: int, *, shallow_alone: bool = False) -> Settings:
    """The settings of a scale whose longer side is so long.

    Args:
        settings: of the run.
        longest: of the scale's sides, in pixels.
        shallow_alone: whether deep layers have no part in the scale.
    """
    if settings.composition == "style":
        return settings
    # A scale has weights; a strength is of the whole run.
    settings = replace(settings, strength=None)
    if shallow_alone:
        strokes = _strokes(settings.coarse_content)
        layers = {name: weight / sum(strokes.values()) for name, weight in strokes.items()}
        less = settings.content_weight * _LESS
        return replace(settings, content_layers=layers, content_weight=less)
    shallow, deep = settings.coarse_content, settings.content_layers
    share = 1.0 if longest <= SHALLOW else 0.5
    total = sum(shallow.values()), sum(deep.values())
    layers = {name: (1 - share) * weight / (total[1] or 1) for name, weight in deep.items()}
    for name, weight in shallow.items():
        layers[name] = layers.get(name, 0.0) + share * weight / (total[0] or 1)
    more = _MORE if longest <= MIXED else _SLIGHTLY_MORE
    weight = settings.content_weight * more
    return replace(settings, content_layers=layers, content_weight=weight)


def emphasis(distinct: Array, longest: int, height: int, width: int) -> Array:
    """How much the content counts where, (height, width), at a scale with so long a longer side.

    Faces and houses are like no other place, and count more; sky and water, where the large forms
    of a manner find their room, and leaves, count less. At fine scales the mean is 1.

    Args:
        distinct: (h, w), as from :func:`distinctness`.
        longest: of the picture's sides at this scale.
        height: of the layer that is weighed.
        width: of the layer that is weighed.
    """
    if float(distinct.mean()) < _NO_DIFFERENCE:
        return np.ones((height, width), np.float32)
    found = np.maximum(distinct, 0) ** _POWER
    found = resize_mask(found / found.mean(), height, width)
    if longest <= MIXED:
        return np.clip(found, *_COARSE_RANGE).astype(np.float32)
    found = np.clip(found, *_FINE_RANGE)
    return np.asarray(found / found.mean(), np.float32)
