"""Sizes of pictures and masks: resampling, cropping, and which size is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import cv2
import numpy as np
import numpy.typing as npt

from .tensors import Array, Picture, to_tensor

LARGE = 2048 * 2048
"""Pixels of a result from which on its pictures are held in 8 bits, and no larger than it is."""

_Pixels = TypeVar("_Pixels", bound=np.generic)


def resize(image: npt.NDArray[_Pixels], width: int, height: int) -> npt.NDArray[_Pixels]:
    """Resample an (H, W) or (H, W, C) array: area means to shrink, cubic to grow, axis by axis.

    Works on uint8 and float32 alike. Values stay within those of the input: cubic interpolation
    would overshoot at edges.
    """
    small_width, small_height = min(width, image.shape[1]), min(height, image.shape[0])
    small = _resample(image, small_width, small_height, cv2.INTER_AREA)
    if (small_width, small_height) == (width, height):
        return small
    grown = _resample(small, width, height, cv2.INTER_CUBIC)
    return np.clip(grown, small.min(), small.max(), out=grown)


def tensor_at(image: npt.NDArray[np.generic], height: int, width: int) -> Array:
    """A picture (h, w, 3) at a size, (1, 3, H, W) float32.

    One of 8 bits is resampled in floats all the same, but a channel at a time.
    """
    if image.dtype != np.uint8:
        return to_tensor(resize(image, width, height))
    found = np.empty((1, 3, height, width), np.float32)
    for number, channel in enumerate(found[0]):
        channel[...] = resize(image[..., number].astype(np.float32), width, height)
    return found


def reduced(image: Picture, height: int, width: int) -> Array:
    """(H, W, C) uint8 as float32, shrunk to (h, w, C) where it is larger on both sides.

    What is more than twice too large goes through twice the size in 8 bits first: a photograph of
    24 megapixels never lies in memory as floats.
    """
    if image.shape[0] <= height or image.shape[1] <= width:
        return image.astype(np.float32)
    if image.shape[0] > 2 * height and image.shape[1] > 2 * width:
        image = resize(image, 2 * width, 2 * height)
    return resize(image.astype(np.float32), width, height)


def reduced_in_bits(image: Picture, height: int, width: int) -> Picture:
    """The same in 8 bits, which take a quarter of the memory."""
    if image.shape[0] <= height or image.shape[1] <= width:
        return image.copy()
    return resize(image, width, height)


def same_shape(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether one (height, width) is the other, shrunk or grown evenly.

    Give or take a pixel of the smaller, since sizes are whole numbers.
    """
    scale = max(one) / max(other)
    pixel = max(1.0, scale)
    return all(abs(other[i] * scale - one[i]) <= pixel + 0.005 * one[i] for i in (0, 1))


def resize_mask(mask: Array, height: int, width: int) -> Array:
    """Resample a mask (H, W): area means to shrink, linear to grow."""
    if mask.shape == (height, width):
        return mask
    shrinks = height * width < mask.shape[0] * mask.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (width, height), interpolation=method), np.float32)


def scaled_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """(height, width) of the same shape with the longer side `longest`; at least one pixel."""
    scale = longest / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def crop_to_aspect(image: npt.NDArray[_Pixels], aspect: float) -> npt.NDArray[_Pixels]:
    """The largest centred part of an (H, W, …) array whose width / height is `aspect`."""
    height, width = image.shape[:2]
    kept_height, kept_width = cropped_size(height, width, aspect)
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    return image[top : top + kept_height, left : left + kept_width]


def cropped_size(height: int, width: int, aspect: float) -> tuple[int, int]:
    """Height and width of the largest part whose width / height is `aspect`."""
    return min(height, max(1, round(width / aspect))), min(width, max(1, round(height * aspect)))


def _resample(
    image: npt.NDArray[_Pixels], width: int, height: int, method: int
) -> npt.NDArray[_Pixels]:
    if image.shape[:2] == (height, width):
        return image.copy()
    source = cast("npt.NDArray[np.uint8]", np.ascontiguousarray(image))
    resampled = cv2.resize(source, (width, height), interpolation=method)
    return cast("npt.NDArray[_Pixels]", resampled)
