"""Content and styles as a run looks at them when their colours are changed first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pictures.color import match_colors, match_luma
from ..pictures.tensors import Array
from ..settings import Color
from .guidance import Steering
from .regions import Area

Picture = NDArray[Any]
Recolor = Callable[[Picture, Picture, Array, Array], Array]
_RECOLOR: dict[Color, Recolor] = {"luminance": match_luma, "match": match_colors}


def recolored(
    content: Picture, styles: Sequence[Picture], steering: Steering, color: Color
) -> tuple[list[Picture], Steering, list[int]]:
    """The styles in the content's colours or luma, each region's in those of its own part.

    A part of a style that two regions take needs two colourings: every region gets pictures of its
    own, in which the others' parts are of no account.

    Returns:
        The styles, the steering with their new numbers, and for each the number that it had.
    """
    change = _RECOLOR.get(color)
    if change is None:
        return list(styles), steering, list(range(len(styles)))
    free = _whole(content) if steering.free is None else steering.free
    if not steering.areas:
        changed = [change(one, content, _whole(one), free) for one in styles]
        return changed, steering, list(range(len(styles)))
    pictures: list[Picture] = []
    numbers: list[int] = []
    areas: list[Area] = []
    for area in steering.areas:
        there = _some(area.content * free, area.content)
        masks: dict[int, Array] = {}
        for index, mask in area.styles.items():
            masks[len(pictures)] = mask
            pictures.append(change(styles[index], content, mask, there))
            numbers.append(index)
        areas.append(replace(area, styles=masks))
    return pictures, replace(steering, areas=tuple(areas)), numbers


def _whole(picture: Picture) -> Array:
    return np.ones(picture.shape[:2], np.float32)


def _some(weights: Array, otherwise: Array) -> Array:
    return weights if weights.any() else otherwise
