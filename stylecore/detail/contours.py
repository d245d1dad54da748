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
    here = contours(shrunk(content, height, width))
    if content.shape[0] < 2 * height * 0.99:
        return here
    finer = contours(shrunk(content, 2 * height, 2 * width))
    finer = cv2.resize(finer, (width, height), interpolation=cv2.INTER_AREA)
    return np.maximum(here, np.minimum(1.5 * finer, 1))


def contours(content: Array) -> Array:
    """How much each pixel belongs to a contour, (H, W).

    The structure tensor J, blurred a little, has eigenvalues λ1 ≥ λ2; √(λ1 − λ2) is the gradient
    that has a direction: large on edges and lines, small in leaves and gravel. It is divided by
    the gradient of the surroundings, √(trace J blurred widely): a contour stands out from what is
    around it, a texture does not (surround suppression: Grigorescu, Petkov & Westenberg 2003).
    """
    light = cv2.GaussianBlur(luma(content), (0, 0), _NOISE)
    right = cv2.Scharr(light, cv2.CV_32F, 1, 0) / 32
    down = cv2.Scharr(light, cv2.CV_32F, 0, 1) / 32
    xx, xy, yy = (
        cv2.GaussianBlur(product, (0, 0), _ALONG)
        for product in (right * right, right * down, down * down)
    )
    oriented = np.sqrt(np.sqrt((xx - yy) ** 2 + 4 * xy * xy))
    energy = np.asarray(right * right + down * down, np.float32)
    around = _widely_blurred(energy, _AROUND * max(light.shape))
    ratio = oriented / (np.sqrt(around) + _LEAST_GRADIENT)
    return _smoothstep(np.asarray((ratio - _FROM) / (_TO - _FROM), np.float32))


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
