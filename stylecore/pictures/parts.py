"""Connected parts of a picture: found, cleaned of specks, and grown over what lies between."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def without_specks(index: NDArray[np.intp], count: int, speck: float) -> NDArray[np.intp]:
    """Give connected parts below a share of the pixels to the nearest larger part."""
    least = speck * index.size
    kept = np.zeros(index.shape, np.bool_)
    for one in range(count):
        parts, areas = connected_parts(index == one)
        kept |= (areas >= least)[parts] & (parts > 0)
    if kept.all() or not kept.any():
        return index
    return index[nearest_of(kept)]


def connected_parts(inside: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Number the connected parts of a mask from 1, 0 being outside; and the area of each number."""
    result: Any = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    _, parts, stats, _ = result
    return parts, stats[:, cv2.CC_STAT_AREA]


def nearest_of(kept: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The (row, column) of the nearest true pixel, for every pixel."""
    from scipy import ndimage

    transforms: Any = ndimage
    rows, columns = transforms.distance_transform_edt(
        ~kept, return_distances=False, return_indices=True
    )
    return rows, columns
