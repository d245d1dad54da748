"""Pictures to time an engine on, made from nothing: as rough at every size as photographs are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..pictures.sizes import resize
from ..pictures.tensors import Array, Picture, to_tensor
from ..scene import Scene, read_scene
from ..settings import Settings

_COARSEST = 4
"""Pixels of the coarsest noise."""


def sample_picture(size: int, seed: int = 0) -> Picture:
    """A square of noise whose power falls with the square of its frequency, as in photographs.

    Args:
        size: of a side, in pixels.
        seed: of the noise.
    """
    rng = np.random.default_rng(seed)
    found, side = np.zeros((size, size, 3), np.float32), _COARSEST
    while side <= size:
        noise = rng.normal(size=(side, side, 3)).astype(np.float32)
        found += resize(noise, size, size) / side
        side *= 2
    low, high = found.min(), found.max()
    return np.rint((found - low) * (255 / (high - low))).astype(np.uint8)


def sample_scene(settings: Settings) -> Scene:
    """One picture in the manner of another, both of ``settings.size``, at that size alone."""
    plain = replace(settings, init="content", coarsest=0, blend=(), style_scale=())
    return read_scene(sample_picture(settings.size), sample_picture(settings.size, 1), plain)


def sample_point(size: int) -> Array:
    """Where an objective of it is evaluated, (1, 3, size, size)."""
    return to_tensor(sample_picture(size, 2))
