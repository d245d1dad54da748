"""Regions: which part of the content takes its style from which part of which style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, SettingsError
from ..pictures.images import lay_on_white, reduced, resize_mask, same_shape, scaled_size
from ..pictures.labels import Color, labels_to_masks, same_label
from ..pictures.labels import Mask as LabelMask
from ..pictures.sources import Mask, Source, mask_of, picture_of
from ..pictures.tensors import Array, Picture


@dataclass(frozen=True)
class Region:
    """A part of the content, and where it takes its style from.

    A mask has the shape of the picture that it belongs to, at any resolution; soft edges count.

    Attributes:
        content: the mask of the part.
        style: the mask of the part of the first style that it takes; a mapping from the number of
            a style, counted from 0, to the mask there, or to None for the whole of it, takes from
            other styles, blended when there are several; None takes all of all styles.
        weight: how hard it pulls, beside the other regions.
        name: for messages.
    """

    content: Mask
    style: Mask | Mapping[int, Mask | None] | None = None
    weight: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Area:
    """A region whose masks are read and fit their pictures.

    Attributes:
        name: for messages.
        content: (H, W), 0–1, at the content's size.
        styles: by the number of a style, (h, w), 0–1, at its size.
        weight: relative to the other regions.
    """

    name: str
    content: Array
    styles: Mapping[int, Array] = field(repr=False)
    weight: float


def label_regions(
    content: Source,
    styles: Sequence[Source],
    weights: Sequence[float] = (),
    *,
    longest: int | None = None,
) -> list[Region]:
    """Regions from label pictures, in which the same colour is the same region.

    That is how semantic doodles work (Champandard 2016). A colour that several styles have takes
    their blend; one that only a style has goes unused. What is transparent is in no region.

    Args:
        content: the label picture of the content.
        styles: the label picture of each style, in their order.
        weights: one per region, the largest region of the content first; by default all 1.
        longest: pixels of the longest side that are enough; larger pictures are thinned to these
            before they are split, which saves time and memory.

    Raises:
        ImageError: for a picture that is not made of few flat colours, or a colour of the content
            that no style has.
        SettingsError: for another number of weights than of regions.
    """
    parts = _parts(content, longest, "the content's label picture")
    found = [
        _parts(style, longest, f"the label picture of style {number}")
        for number, style in enumerate(styles, start=1)
    ]
    weights = weights or [1.0] * len(parts)
    if len(weights) != len(parts):
        raise SettingsError(
            f"{len(weights)} weights were given for {len(parts)} regions; give one for each"
        )
    regions: list[Region] = []
    for (color, mask), weight in zip(parts.items(), weights, strict=True):
        matches = {i: one[same] for i, one in enumerate(found) if (same := same_label(color, one))}
        name = "#{:02x}{:02x}{:02x}".format(*color)
        if not matches:
            raise ImageError(
                f"the content's label {name} ({mask.mean():.1%} of it) is in no style's labels;"
                " give a part of a style this colour, or the region another one"
            )
        regions.append(Region(mask, matches, weight, name))
    return regions


def areas(
    regions: Sequence[Region],
    content: tuple[int, int],
    styles: Sequence[tuple[int, int]],
) -> tuple[Area, ...]:
    """Read the masks of regions and fit them to their pictures.

    Where masks overlap, so that they add up to more than 1, each keeps its share. What no region
    covers is steered by the content alone.

    Args:
        regions: in any order.
        content: height and width of the content.
        styles: height and width of each style.

    Raises:
        ImageError: for a mask that cannot be read, is empty or has another shape than its picture.
        SettingsError: for a style that is not there, or a weight that is no positive number.
    """
    names = [region.name or f"region {i}" for i, region in enumerate(regions, start=1)]
    masks = [fit_mask(one.content, content, n) for one, n in zip(regions, names, strict=True)]
    overlap: Array = np.maximum(np.sum(masks, axis=0), 1)
    return tuple(
        Area(name, mask / overlap, _style_masks(region, name, styles), _weight(region, name))
        for region, name, mask in zip(regions, names, masks, strict=True)
    )


def where_shown(
    areas: tuple[Area, ...],
    content: tuple[int, int],
    styles: Sequence[tuple[int, int]],
    alphas: Sequence[Array | None],
) -> tuple[Area, ...]:
    """Regions that take from a style only where it shows; without regions one of all there is.

    Args:
        areas: the regions, or none.
        content: height and width of the content.
        styles: height and width of each style.
        alphas: (h, w) of each, 0–1, or None where all of it shows.

    Raises:
        ImageError: for a region that would take from what is transparent alone.
    """
    if all(alpha is None for alpha in alphas):
        return areas
    whole = {i: np.ones(size, np.float32) for i, size in enumerate(styles)}
    areas = areas or (Area("the picture", np.ones(content, np.float32), whole, 1.0),)
    return tuple(_shown(area, alphas) for area in areas)


def _shown(area: Area, alphas: Sequence[Array | None]) -> Area:
    found: dict[int, Array] = {}
    for index, mask in area.styles.items():
        alpha = alphas[index]
        found[index] = mask if alpha is None else mask * alpha
        if not found[index].max() > _LEAST:
            raise ImageError(
                f"{area.name} takes from a part of style {index + 1} that is transparent;"
                " give it one that shows"
            )
    return replace(area, styles=found)


def fit_mask(mask: Mask, size: tuple[int, int], name: str) -> Array:
    """Read a mask and bring it to the size (height, width) of its picture.

    Raises:
        ImageError: when it cannot be read, is empty, or has another shape.
    """
    given = mask_of(mask, f"the mask of {name}")
    if not same_shape(given.shape[:2], size):
        raise ImageError(
            f"the mask of {name} is {given.shape[1]}×{given.shape[0]} pixels and its picture"
            f" {size[1]}×{size[0]}; give a mask of the picture's shape"
        )
    values, highest = _values(given, size, name)
    if not highest > _LEAST:
        raise ImageError(f"the mask of {name} is empty; paint what belongs to it white")
    return resize_mask(values, *size)


_LEAST = 0.02
"""A mask that is nowhere more than this is empty."""


def _values(mask: NDArray[Any], size: tuple[int, int], name: str) -> tuple[Array, float]:
    """The mask as 0–1, no larger than it is needed, and the highest value that it had."""
    full = 255 if mask.dtype == np.uint8 else 1
    lowest, highest = float(mask.min()) / full, float(mask.max()) / full
    if not 0 <= lowest <= highest <= 1:
        raise ImageError(f"the mask of {name} has values outside 0–1; give 0–1, or uint8 of 0–255")
    if mask.dtype == np.uint8:
        mask = reduced(mask, *size)
    grey = mask.mean(axis=2) if mask.ndim == 3 else mask
    return np.asarray(grey, np.float32) / np.float32(full), highest


def _style_masks(region: Region, name: str, styles: Sequence[tuple[int, int]]) -> dict[int, Array]:
    given = region.style
    if given is None:
        given = dict.fromkeys(range(len(styles)))
    elif not isinstance(given, Mapping):
        given = {0: given}
    if not given:
        raise SettingsError(f"{name} names no style; give it one, or None for all")
    found: dict[int, Array] = {}
    for index, mask in given.items():
        if not 0 <= index < len(styles):
            raise SettingsError(
                f"{name} takes from style {index + 1} of {len(styles)}; give one that is there"
            )
        size = styles[index]
        whole = np.ones(size, np.float32)
        found[index] = (
            whole if mask is None else fit_mask(mask, size, f"{name} in style {index + 1}")
        )
    return found


def _weight(region: Region, name: str) -> float:
    if not (np.isfinite(region.weight) and region.weight > 0):
        raise SettingsError(f"the weight of {name} is {region.weight}; give a number above 0")
    return float(region.weight)


def _parts(labels: Source, longest: int | None, what: str) -> dict[Color, LabelMask]:
    """The masks of a label picture by their colours, the largest first."""
    picture = _thinned(picture_of(labels, what), longest)
    if picture.shape[2] == 3:
        return labels_to_masks(picture)
    shown = picture[..., 3] > 127
    masks = labels_to_masks(lay_on_white(picture))
    found = {color: mask * shown for color, mask in masks.items() if mask[shown].any()}
    if not found:
        raise ImageError(f"{what} is wholly transparent; paint each region in a colour")
    return dict(sorted(found.items(), key=lambda pair: -float(pair[1].sum())))


def _thinned(picture: Picture, longest: int | None) -> Picture:
    """A label picture, no larger than it must be: each pixel kept has a colour that it had."""
    if longest is None or max(picture.shape[:2]) <= longest:
        return picture
    height, width = scaled_size(picture.shape[0], picture.shape[1], longest)
    thinned = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(thinned, np.uint8)
