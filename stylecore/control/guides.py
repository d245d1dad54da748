"""Guides: how much each position of each layer counts for each region (Gatys et al. 2017, §4).

A mask says where a region lies in the picture. Deeper in the network a position sees much of the
picture, so a mask has to be carried along with the features. Three ways:

- ``average``: each convolution averages the mask over the 3×3 pixels that it sees, each pooling
  over its 2×2. The share T of the region in what a position sees is the guidance channel, and the
  position is divided among the regions in proportion to T². In the style, where nothing is painted,
  the mask is only shrunk.
- ``inside``: the smallest value instead of the mean. Only positions that see nothing but the
  region count.
- ``hard``: the mask itself, cut to 0 and 1 and thinned to the layer's size; no receptive fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeAlias

import cv2
import numpy as np

from ..pictures.tensors import Array
from ..settings import LAYERS, Guides

Masks = Array
"""(K, h, w) float32, 0–1."""


Carriage: TypeAlias = Guides | Literal["shrunk"]


def guides_of_content(carried: Mapping[str, Masks], guides: Guides) -> dict[str, Array]:
    """Where each region of a content pulls, (K, h, w) by layer, each summing to 1.

    Args:
        carried: the content's masks at each layer, as from :func:`propagate`.
        guides: the way that they were carried.
    """
    divide = _divided if guides == "average" else _unchanged
    return {layer: normalised(divide(found)) for layer, found in carried.items()}


def _divided(masks: Masks) -> Masks:
    """T_k² / Σ_j T_j², what belongs to no region among the j: nowhere more than one in all."""
    squares = np.square(masks)
    nobody = np.square(np.maximum(1 - masks.sum(axis=0), 0))
    return squares / np.maximum(squares.sum(axis=0) + nobody, np.float32(1e-30))


def guides_of_style(masks: Masks, carried: Mapping[str, Masks], guides: Guides) -> dict[str, Array]:
    """Where each region of a style is looked at, (K, h, w) by layer, each summing to 1.

    Args:
        masks: of the style, (K, H, W).
        carried: the same at each layer, as from :func:`propagate`.
        guides: the way that they were carried.
    """
    looked = propagate(masks, carried, "shrunk") if guides == "average" else carried
    return {layer: normalised(found) for layer, found in looked.items()}


def propagate(masks: Masks, layers: Iterable[str], carriage: Carriage) -> dict[str, Masks]:
    """Carry masks (K, H, W) to each layer: (K, h, w), still 0–1."""
    convolve, pool = _STEPS[carriage]
    wanted = set(layers)
    found: dict[str, Masks] = {}
    current = (masks > 0.5).astype(np.float32) if carriage == "hard" else masks
    for layer in LAYERS:
        if layer.endswith("_1") and layer != "relu1_1":
            current = pool(current)
        current = convolve(current)
        if layer in wanted:
            found[layer] = current
        if len(found) == len(wanted):
            break
    return found


def normalised(masks: Masks) -> Array:
    """Divide each mask by its mass, so that a small region pulls as hard as a large one.

    The guides stand where Gatys et al. 2017, eq. 4, have squared guidance channels T_k², which sum
    to 1 there too. A mask without mass stays zero.
    """
    mass = masks.sum(axis=(1, 2), keepdims=True, dtype=np.float64)
    return (masks / np.maximum(mass, 1e-30)).astype(np.float32)


LEAST_SEEN = 0.02
"""Below this share of the region in what its best position sees, a region has vanished."""


def vanished(masks: Masks) -> list[bool]:
    """Which of the masks (K, h, w) of a layer leave no position that sees the region."""
    return [bool(mask.max() < LEAST_SEEN) for mask in masks]


def _blurred(masks: Masks) -> Masks:
    blurred = _each(masks, lambda mask: cv2.blur(mask, (3, 3), borderType=cv2.BORDER_REPLICATE))
    return np.clip(blurred, 0, 1)  # OpenCV's running sums leave zeros a little off


def _eroded(masks: Masks) -> Masks:
    # Beyond the picture's edge OpenCV takes nothing away: the edge is no boundary of a region.
    return _each(masks, lambda mask: cv2.erode(mask, np.ones((3, 3), np.uint8)))


def _each(masks: Masks, change: Callable[[Array], object]) -> Masks:
    return np.stack([np.asarray(change(mask), np.float32) for mask in masks])


def _blocks(masks: Masks) -> Array:
    """(K, h, w) → (K, h//2, 2, w//2, 2); an odd last row or column is dropped, as pooling does."""
    count, height, width = masks.shape
    even = masks[:, : height // 2 * 2, : width // 2 * 2]
    return even.reshape(count, height // 2, 2, width // 2, 2)


def _unchanged(masks: Masks) -> Masks:
    return masks


_Step = Callable[[Masks], Masks]
_STEPS: dict[Carriage, tuple[_Step, _Step]] = {
    "average": (_blurred, lambda masks: _blocks(masks).mean(axis=(2, 4))),
    "shrunk": (_unchanged, lambda masks: _blocks(masks).mean(axis=(2, 4))),
    "inside": (_eroded, lambda masks: _blocks(masks).min(axis=(2, 4))),
    "hard": (_unchanged, lambda masks: np.ascontiguousarray(_blocks(masks)[:, :, 0, :, 0])),
}
"""What a 3×3 convolution and a 2×2 pooling do to a mask."""
