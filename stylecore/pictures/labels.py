"""Label pictures: one flat colour per region, so that any paint program can edit the regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError
from .parts import without_specks
from .tensors import Picture

Color: TypeAlias = tuple[int, int, int]
"""Red, green, blue, 0–255."""

Mask: TypeAlias = NDArray[np.float32]
"""(H, W), 0–1."""

PALETTE: tuple[Color, ...] = (
    (220, 50, 50),
    (50, 110, 220),
    (245, 205, 50),
    (60, 170, 80),
    (150, 70, 190),
    (245, 140, 40),
    (70, 200, 225),
    (240, 130, 190),
    (130, 85, 45),
    (165, 225, 100),
    (20, 45, 110),
    (20, 115, 120),
    (115, 15, 60),
    (250, 225, 190),
    (150, 150, 150),
    (25, 25, 25),
)
"""The colours that regions are drawn in, first come first."""

_NEAR = 24  # levels: what JPEG does to a flat colour stays below, two colours meant differ by more
_EVEN = 8  # levels inside a 2×2 block that is no edge
_CLOSE = 3  # levels: most pixels of a label picture are as close to a flat colour (45 % and more),
_LEAST_FLAT = 0.33  # few of a photograph (10 %) or of a grey ramp (28 %)
_REACH = 16  # levels of colour difference that one pixel of distance weighs as much as


def labels_to_masks(
    labels: Picture, *, most: int = len(PALETTE), speck: float = 2e-4
) -> dict[Color, Mask]:
    """Split a label picture into one mask per colour, the largest region first.

    A clean picture is read exactly. Pixels that JPEG or anti-aliasing mixed at an edge go to one
    of the regions beside them, and specks to what surrounds them.

    Args:
        labels: (H, W, 3) uint8, RGB.
        most: colours at most; a picture with more is taken for a photograph.
        speck: a connected part smaller than this share of the pixels is dropped.

    Returns:
        Each colour's mask, (H, W) float32 of 0 and 1. They add up to 1 everywhere.

    Raises:
        ImageError: for a picture that is not made of a few flat colours.
    """
    colors = _flat_colors(labels, speck)
    offsets = _offsets(labels, colors)
    _check(offsets, most)
    index = without_specks(_nearest(offsets, _inside(labels)), len(colors), speck)
    masks = [(index == one).astype(np.float32) for one in range(len(colors))]
    there = sorted(zip(colors, masks, strict=True), key=lambda pair: -pair[1].sum())
    return {color: mask for color, mask in there if mask.any()}


def masks_to_labels(masks: Sequence[NDArray[Any]]) -> Picture:
    """Draw masks, each (H, W), in the colours of `PALETTE`; the strongest owns a pixel.

    Raises:
        ImageError: for none, or more than there are colours.
    """
    if not 0 < len(masks) <= len(PALETTE):
        raise ImageError(
            f"{len(masks)} regions were given to draw; give between 1 and {len(PALETTE)}"
        )
    return index_to_labels(np.argmax(np.stack(masks), axis=0))


def index_to_labels(index: NDArray[Any]) -> Picture:
    """Draw (H, W) whole numbers from 0 as a label picture, (H, W, 3) uint8."""
    return np.array(PALETTE, np.uint8)[index]


def check_lossless(path: str | Path) -> None:
    """Make sure that flat colours stay flat in a file of this name.

    Raises:
        ImageError: for a suffix whose format changes colours.
    """
    suffix = Path(path).suffix.lower()
    if suffix in {".jpg", ".jpeg", ".webp"}:
        raise ImageError(
            f"{path} has suffix {suffix!r}, which blurs a label picture; give a .png name"
        )


def same_label(color: Color, others: Mapping[Color, Any]) -> Color | None:
    """The colour among `others` that means the same region, or None.

    Two programs, or one JPEG, write the same colour a few levels apart.
    """
    near = [other for other in others if _distance(color, other) <= _NEAR]
    return min(near, key=lambda other: _distance(color, other), default=None)


def _distance(one: Color, other: Color) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _flat_colors(labels: Picture, speck: float) -> list[Color]:
    """Colours that fill areas rather than edges, the most common first."""
    solid = labels[_inside(labels)].astype(np.int64)
    codes = solid @ np.array([1 << 16, 1 << 8, 1])
    values, counts = np.unique(codes, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    colors = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)[order]
    counts = counts[order]
    least = speck * labels.shape[0] * labels.shape[1]
    found: list[Color] = []
    while len(colors) and len(found) <= 256:
        near = np.abs(colors - colors[0]).max(axis=1) <= _NEAR
        if counts[near].sum() >= least:
            red, green, blue = (int(level) for level in colors[0])
            found.append((red, green, blue))
        colors, counts = colors[~near], counts[~near]
    return found


def _inside(labels: Picture) -> NDArray[np.bool_]:
    """Where a pixel lies in some even 2×2 block: true inside regions, false on edges."""
    block = np.ones((2, 2), np.uint8)
    highest = cv2.dilate(labels, block, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    lowest = cv2.erode(labels, block, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    even = cv2.subtract(highest, lowest).max(axis=2) <= _EVEN
    return cv2.dilate(even.astype(np.uint8), block, anchor=(1, 1)) > 0


def _offsets(labels: Picture, colors: Sequence[Color]) -> list[NDArray[np.int16]]:
    """How far each pixel is from each colour, in levels."""
    signed = labels.astype(np.int16)
    return [np.abs(signed - np.array(color, np.int16)).max(axis=2) for color in colors]


def _check(offsets: Sequence[NDArray[np.int16]], most: int) -> None:
    wanted = f"paint each region in one flat colour, at most {most}"
    if not offsets or np.mean(np.min(offsets, axis=0) <= _CLOSE) < _LEAST_FLAT:
        raise ImageError(f"the label picture is not made of flat colours; {wanted}")
    if len(offsets) > most:
        raise ImageError(f"the label picture has {len(offsets)} flat colours; {wanted}")


def _nearest(offsets: Sequence[NDArray[np.int16]], inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Each pixel's colour as a number from 0; an edge pixel takes one from beside it."""
    least = np.full(inside.shape, np.inf, np.float32)
    index = np.zeros(inside.shape, np.intp)
    for one, offset in enumerate(offsets):
        sure = (offset == 0) | (inside & (offset <= _NEAR))
        cost = offset.astype(np.float32) + (_NEAR + _REACH * _distances_to(sure)) * ~sure
        closer = cost < least
        least[closer], index[closer] = cost[closer], one
    return index


def _distances_to(there: NDArray[np.bool_]) -> NDArray[np.float32]:
    away: Any = cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, 5)
    return away
