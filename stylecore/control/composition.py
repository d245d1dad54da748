"""Whose composition a picture has: what holds the content where large forms are found.

At a coarse scale relu4_2 sees 84 pixels, more than the whole picture: there the content is held at
a shallower layer, so that a layer sees about the same part of the picture at every scale, and
counts much more where it has structure.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ..pictures.color import luma
from ..pictures.images import resize
from ..pictures.tensors import Array
from ..settings import Settings

SHALLOW, MIXED = 100, 200
"""Pixels: the longest sides of scales that hold the content at the shallow layers alone, and of
those that hold it at both."""

_MORE = 10.0
"""How much more the content counts at these scales."""

_WIDTH = 0.02
"""σ of the blur that contrast is measured against, in longest sides."""

_COARSE_RANGE, _FINE_RANGE = (0.3, 5.0), (0.25, 4.0)
"""How many times as much the content counts, at least and at most, by its structure."""

_NO_CONTRAST = 1e-3
"""Levels: a mean contrast below is that of an even picture."""


def settings_at(settings: Settings, longest: int) -> Settings:
    """The settings of a scale whose longer side is so long."""
    if settings.composition == "style" or longest > MIXED:
        return settings
    shallow, deep = settings.coarse_content, settings.content_layers
    share = 1.0 if longest <= SHALLOW else 0.5
    total = sum(shallow.values()), sum(deep.values())
    layers = {name: (1 - share) * weight / (total[1] or 1) for name, weight in deep.items()}
    for name, weight in shallow.items():
        layers[name] = layers.get(name, 0.0) + share * weight / (total[0] or 1)
    weight = settings.content_weight * _MORE
    return replace(settings, content_layers=layers, content_weight=weight)


def structure(content: Array, height: int, width: int) -> Array:
    """How much the content (H, W, 3) counts where, (height, width).

    Its local contrast over the mean of it: faces and houses have some, sky and water, where the
    large forms of a manner find their room, have little. At fine scales the mean is 1.
    """
    seen = resize(luma(content), width, height)
    sigma = max(1.0, _WIDTH * max(height, width))
    high = seen - cv2.GaussianBlur(seen, (0, 0), sigma)
    local = np.sqrt(cv2.GaussianBlur(high * high, (0, 0), 1.5 * sigma))
    mean = float(local.mean())
    if mean < _NO_CONTRAST:
        return np.ones((height, width), np.float32)
    if max(height, width) <= MIXED:
        return np.clip(local / mean, *_COARSE_RANGE).astype(np.float32)
    found = np.clip(local / mean, *_FINE_RANGE)
    return np.asarray(found / found.mean(), np.float32)
