"""Regions of a picture found without a hand: superpixels, grouped by looks, with clean borders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..pictures.images import resize, scaled_size
from ..pictures.labels import PALETTE
from ..pictures.parts import without_specks
from ..pictures.tensors import Picture
from .descriptors import Descriptors, describe, to_lab
from .guidedfilter import GuidedFilter, LocalLines

Index = NDArray[np.intp]
"""(H, W): which region each pixel is in, from 0."""

_SUPERPIXELS = 300
_PLACE = 0.6  # how much a place counts beside looks: neighbours rather belong together
_COMPACTNESS = 3.0  # the same, inside a superpixel
_ROUNDS = 4
_SHARPNESS = 4.0
_RADIUS, _SMOOTHNESS = 6, 1e-3
_LEAST = 0.004  # share of the picture that the smallest part has
_FINEST = 1536  # pixels of the longest side at which borders are drawn


def segment(picture: Picture, regions: int = 3) -> Index:
    """Find regions that differ in colour and texture.

    Superpixels (k-means from a grid, as SLIC: Achanta et al. 2012) are grouped by Ward's criterion
    on colour, texture and, weakly, place; a region may lie in several parts. Then borders are
    moved to the picture's edges by filtering each region's likelihood (Hosni et al. 2013).
    The same picture gives the same regions.

    Args:
        picture: (H, W, 3) uint8, RGB.
        regions: how many; a picture of fewer pixels gives fewer.

    Returns:
        (H, W), 0 for the largest region, 1 for the next, …

    Raises:
        SettingsError: for fewer than two regions, or more than there are label colours.
    """
    if not 2 <= regions <= len(PALETTE):
        raise SettingsError(f"{regions} regions were asked for; give 2 to {len(PALETTE)}")
    seen = describe(picture)
    features = np.dstack([seen.looks, _PLACE * seen.places])
    index = _grouped(features, _superpixels(seen), regions)
    edges = GuidedFilter(seen.lab, _RADIUS, _SMOOTHNESS)
    lines: list[LocalLines] = []
    for _ in range(_ROUNDS):
        lines = [edges.fit(plane) for plane in _likelihoods(features, index)]
        index = np.argmax([line.at(seen.lab) for line in lines], axis=0)
    return by_area(without_specks(_drawn(lines, picture), len(lines), _LEAST))


def by_area(index: Index) -> Index:
    """Number the regions anew, without gaps, the largest 0."""
    areas = np.bincount(index.ravel())
    order = np.argsort(-areas, kind="stable")
    numbers = np.empty_like(order)
    numbers[order] = np.arange(len(order))
    return numbers[index]


def _superpixels(seen: Descriptors) -> Index:
    """Small patches of one look, numbered without gaps."""
    height, width = seen.lab.shape[:2]
    step = (height * width / _SUPERPIXELS) ** 0.5
    rows, columns = np.mgrid[:height, :width].astype(np.float32) // np.float32(step)
    grid: NDArray[Any] = np.unique(rows * width + columns, return_inverse=True)[1]
    points = np.dstack([seen.looks, 0.7 * seen.lab, _COMPACTNESS * seen.places])
    end = (cv2.TERM_CRITERIA_MAX_ITER, 6, 0.0)
    _, numbers, _ = cv2.kmeans(
        points.reshape(height * width, -1).astype(np.float32),
        int(grid.max()) + 1,
        grid.astype(np.int32).reshape(-1, 1),
        end,
        1,
        cv2.KMEANS_USE_INITIAL_LABELS,
    )
    return np.unique(numbers, return_inverse=True)[1].reshape(height, width)


def _grouped(features: NDArray[np.float32], patches: Index, regions: int) -> Index:
    """Join the patches to regions."""
    from scipy.cluster import hierarchy

    grouping: Any = hierarchy
    areas = np.bincount(patches.ravel())
    if len(areas) < 2:
        return np.zeros_like(patches)
    sums = [np.bincount(patches.ravel(), plane.ravel()) for plane in np.moveaxis(features, 2, 0)]
    tree = grouping.linkage(np.stack(sums, axis=1) / areas[:, None], "ward")
    return (grouping.fcluster(tree, regions, "maxclust") - 1)[patches]


def _likelihoods(features: NDArray[np.float32], index: Index) -> Iterator[NDArray[np.float32]]:
    """For each region, how likely a pixel is its own: a Gaussian per region and feature."""
    costs: list[NDArray[Any]] = []
    for one in np.unique(index):
        own = features[index == one]
        mean, deviation = own.mean(axis=0), own.std(axis=0) + 0.03
        squares = ((features - mean) / deviation) ** 2
        costs.append(squares.mean(axis=2) / 2 + np.log(deviation).mean())
    cost = np.stack(costs)
    chances = np.exp(_SHARPNESS * (cost.min(axis=0) - cost))
    yield from (chances / chances.sum(axis=0)).astype(np.float32)


def _drawn(lines: list[LocalLines], picture: Picture) -> Index:
    """The likeliest region of each pixel of the picture at its own size."""
    height, width = picture.shape[:2]
    longest = min(_FINEST, max(height, width))
    guide = to_lab(resize(picture, *scaled_size(height, width, longest)[::-1]))
    best = np.full((height, width), -np.inf, np.float32)
    index = np.zeros((height, width), np.intp)
    for one, line in enumerate(lines):
        plane = resize(line.at(guide), width, height)
        higher = plane > best
        best[higher], index[higher] = plane[higher], one
    return index
