"""Whose colours the result has (Gatys et al. 2017, §5): all by changing the pictures, not the loss.

Luma is Y = 0.299 R + 0.587 G + 0.114 B, as in Rec. 601; chroma is what is left, p − Y(p).
Pictures here are (H, W, 3) float32, RGB, 0–255; weights are (H, W) and say which pixels count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .tensors import Array

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""How much of each of R, G and B there is in Y."""

_LEAST_VARIANCE = 1.0
"""Levels squared: less than this is rounding, and is not to be blown up."""


def luma(picture: NDArray[Any]) -> Array:
    """Y of a picture, (H, W)."""
    return np.asarray(picture @ LUMA, np.float32)


def grey(picture: NDArray[Any]) -> Array:
    """The picture without its colours, (H, W, 3)."""
    return np.repeat(luma(picture)[..., None], 3, axis=2)


def match_luma(
    style: NDArray[Any], content: NDArray[Any], of_style: Array, of_content: Array
) -> Array:
    """The style in grey, with the mean and the spread of the content's luma.

    Y' = (σ_c / σ_s) (Y − μ_s) + μ_c (Gatys et al. 2017, eq. 9).
    """
    values = luma(style)
    mean, deviation = _mean_and_deviation(values, of_style)
    wanted, spread = _mean_and_deviation(luma(content), of_content)
    matched = (values - mean) * (spread / deviation) + wanted
    return np.repeat(np.clip(matched, 0, 255).astype(np.float32)[..., None], 3, axis=2)


def match_colors(
    style: NDArray[Any], content: NDArray[Any], of_style: Array, of_content: Array
) -> Array:
    """The style in the content's colours: their mean and covariance.

    x' = A (x − μ_s) + μ_c with A Σ_s Aᵀ = Σ_c. Of all such maps this is the one that moves colours
    least, A = Σ_s^(−½) (Σ_s^½ Σ_c Σ_s^½)^½ Σ_s^(−½): linear optimal transport (Pitié &
    Kokaram 2007). Gatys et al. 2017, §5.2, take another root, Σ_c^½ Σ_s^(−½).
    """
    return moved(style, *color_move(style, content, of_style, of_content))


def color_move(
    style: NDArray[Any], content: NDArray[Any], of_style: Array, of_content: Array
) -> tuple[Array, Array]:
    """A (3, 3) and b (3,) of the map x' = A x + b of :func:`match_colors`."""
    mean, covariance = color_statistics(style, of_style)
    wanted, target = color_statistics(content, of_content)
    root, inverse = _roots(covariance + _LEAST_VARIANCE * np.eye(3))
    inner, _ = _roots(root @ target @ root)
    move = inverse @ inner @ inverse
    return move.astype(np.float32), (wanted - move @ mean).astype(np.float32)


def moved(picture: NDArray[Any], move: Array, offset: Array) -> Array:
    """A picture's colours moved by x' = A x + b, within 0–255."""
    found = picture.astype(np.float32) @ move.T
    found += offset
    return np.clip(found, 0, 255, out=found)


def with_chroma(painted: NDArray[Any], content: NDArray[Any]) -> Array:
    """The luma of one picture with the chroma of another.

    Y(x) + t (p − Y(p)), with the largest t ≤ 1 that stays within 0–255: where a colour as strong
    as the content's does not exist at that luma, it is paler, and the luma is kept.
    """
    level = np.clip(luma(painted), 0, 255)[..., None]
    chroma = content - luma(content)[..., None]
    room = np.where(chroma > 0, 255 - level, level)
    ratio = room / np.maximum(np.abs(chroma), 1e-6)
    strength = np.minimum(ratio.min(axis=2, keepdims=True), 1)
    return np.asarray(level + strength * chroma, np.float32)


def color_statistics(
    picture: NDArray[Any], weights: Array
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean (3,) and covariance (3, 3) of a picture's colours."""
    total = weights.sum(dtype=np.float64)
    mean = np.zeros(3)
    for pixels, counts in _by_parts(picture, weights):
        mean += (counts / total) @ pixels
    covariance = np.zeros((3, 3))
    for pixels, counts in _by_parts(picture, weights):
        pixels -= mean
        covariance += (pixels * (counts / total)[:, None]).T @ pixels
    return mean, covariance


_PART = 1 << 20
"""Pixels that are in double precision at a time."""


def _by_parts(
    picture: NDArray[Any], weights: Array
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Pixels (n, 3) and their weights (n,), part by part."""
    flat, counts = picture.reshape(-1, 3), weights.reshape(-1)
    for start in range(0, len(flat), _PART):
        part = slice(start, start + _PART)
        yield flat[part].astype(np.float64), counts[part].astype(np.float64)


def _mean_and_deviation(values: Array, weights: Array) -> tuple[float, float]:
    mean = float(np.average(values, weights=weights))
    variance = float(np.average(np.square(values - mean), weights=weights))
    return mean, max(variance, _LEAST_VARIANCE) ** 0.5


def _roots(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The square root of a symmetric positive matrix, and its inverse."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    roots = np.sqrt(np.maximum(values, 1e-12))
    return (vectors * roots) @ vectors.T, (vectors / roots) @ vectors.T
