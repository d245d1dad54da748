"""Contours of a picture: edges and lines that stand out from what is around them."""

from __future__ import annotations

import cv2
import numpy as np

from ..pictures.color import luma
from ..pictures.tensors import Array
from .resample import shrunk

_NOISE, _ALONG, _AROUND = 1.0, 1.5, 0.08
"""σ of the three blurs: of luma, of the structure tensor, in pixels; and of the surroundings, of
the longer side."""

_LEAST_GRADIENT = 3.0
"""Levels per pixel: gradients far below are noise and not contours."""

_FROM, _TO = 0.38, 1.0
"""Where w begins, and where it is 1: oriented gradient here, over gradient around."""


def contours_at(content: Array, height: int, width: int) -> Array:
    """The map w at a scale, (height, width): contours of the content there and at twice the size.

    A scale sees an eye, a mouth or a cable late, when it is a few pixels wide: so the next finer
    size is looked at too, unless the content (H, W, 3) as it was given is not that large.
    """
    here = _contours_in(luma(shrunk(content, height, width)))
    if content.shape[0] < 2 * height * 0.99:
        return here
    finer = _contours_in(luma(shrunk(content, 2 * height, 2 * width)))
    finer = cv2.resize(finer, (width, height), interpolation=cv2.INTER_AREA)
    return np.maximum(here, np.minimum(1.5 * finer, 1))


def contours(content: Array) -> Array:
    """How much each pixel belongs to a contour, (H, W).

    The structure tensor J, blurred a little, has eigenvalues λ1 ≥ λ2; √(λ1 − λ2) is the gradient
    that has a direction: large on edges and lines, small in leaves and gravel. It is divided by
    the gradient of the surroundings, √(trace J blurred widely): a contour stands out from what is
    around it, a texture does not (surround suppression: Grigorescu, Petkov & Westenberg 2003).
    """
    return _contours_in(luma(content))


def _contours_in(light: Array) -> Array:
    """The same of luma (H, W); a large one is not to lie in memory a dozen times over."""
    right, down = _slopes(light)
    energy = right * right
    energy += down * down
    around = _widely_blurred(np.asarray(energy, np.float32), _AROUND * max(light.shape))
    del energy
    ratio = _oriented(right, down)
    del right, down
    around = np.sqrt(around, out=around)
    around += _LEAST_GRADIENT
    ratio /= around
    ratio -= _FROM
    ratio /= _TO - _FROM
    return _smoothstep(ratio)


def _slopes(light: Array) -> tuple[Array, Array]:
    """The gradient of luma, to the right and down, in levels per pixel."""
    calm = cv2.GaussianBlur(light, (0, 0), _NOISE)
    right, down = (cv2.Scharr(calm, cv2.CV_32F, *way) for way in ((1, 0), (0, 1)))
    right /= 32
    down /= 32
    return np.asarray(right, np.float32), np.asarray(down, np.float32)


def _oriented(right: Array, down: Array) -> Array:
    """√(λ1 − λ2) of the structure tensor, (H, W)."""
    found = cv2.GaussianBlur(right * right, (0, 0), _ALONG)
    found -= cv2.GaussianBlur(down * down, (0, 0), _ALONG)
    found *= found
    across = cv2.GaussianBlur(right * down, (0, 0), _ALONG)
    across *= across
    across *= 4
    found += across
    found = np.sqrt(found, out=found)
    return np.asarray(np.sqrt(found, out=found), np.float32)


def _widely_blurred(values: Array, sigma: float) -> Array:
    """A Gaussian blur of a large σ in pixels, done on a smaller copy; (H, W), not negative."""
    height, width = values.shape
    factor = max(1.0, sigma / 3)
    small = shrunk(values, round(height / factor), round(width / factor))
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    grown = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(grown, 0), np.float32)


def _smoothstep(values: Array) -> Array:
    """3t² − 2t³ of t cut to 0–1."""
    t = np.clip(values, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
