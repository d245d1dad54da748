"""Label pictures without hand work: of one picture, or of content and style so that they match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..errors import SettingsError
from ..pictures.labels import PALETTE, Color, index_to_labels
from ..pictures.tensors import Picture
from .matching import common_numbers, match
from .segmentation import Index, segment
from .strokes import Box, Drawn, cut_out

REGIONS = 3
"""How many regions are looked for where nobody says."""


@dataclass(frozen=True)
class FoundRegion:
    """A region of the content, and what it takes after.

    Attributes:
        color: in the label pictures.
        share: of the content's pixels.
        style_share: of the style's pixels, or None without a style.
        distance: how different the two look; 0 is the same.
    """

    color: Color
    share: float
    style_share: float | None = None
    distance: float | None = None


@dataclass(frozen=True)
class FoundLabels:
    """What was found, as pictures to edit and to give to `label_regions`.

    Attributes:
        content: the content's label picture, (H, W, 3) uint8.
        style: the style's, (h, w, 3), in which the same colour is the matching region; or None.
        regions: the content's regions, the largest first.
    """

    content: Picture = field(repr=False)
    style: Picture | None = field(repr=False)
    regions: tuple[FoundRegion, ...]


def find_labels(
    content: Picture,
    style: Picture | None = None,
    *,
    regions: int | None = None,
    box: Box | None = None,
    foreground: Sequence[Drawn] = (),
    background: Sequence[Drawn] = (),
) -> FoundLabels:
    """Find regions, and for each the region of the style that suits it.

    A box or a foreground stroke cuts one thing out of the content: two regions, the thing first.
    Otherwise, and in the style always, regions differ in colour and texture.

    Args:
        content: (H, W, 3) uint8, RGB.
        style: the same, of any size.
        regions: how many, by default `REGIONS`; not together with a box or strokes.
        box: around the thing to cut out.
        foreground: strokes on it.
        background: strokes beside it.

    Raises:
        SettingsError: for numbers that cannot be, and for `regions` together with a box or strokes.
        ImageError: when nothing can be cut out.
    """
    hinted = box is not None or len(foreground) > 0 or len(background) > 0
    if hinted and regions is not None:
        raise SettingsError(
            f"{regions} regions were asked for along with a box or strokes, which cut out one thing"
            " and leave the rest; give either"
        )
    parts = cut_out(content, box, foreground, background) if hinted else _segments(content, regions)
    if style is None:
        return FoundLabels(index_to_labels(parts), None, _regions(parts))
    style_parts = segment(style, 2) if hinted else _segments(style, regions)
    pairs = match(content, parts, style, style_parts)
    numbers, style_parts = common_numbers(pairs, style_parts)
    parts = numbers[parts]
    distances = {int(numbers[pair.content]): pair.distance for pair in reversed(pairs)}
    return FoundLabels(
        index_to_labels(parts),
        index_to_labels(style_parts),
        _regions(parts, style_parts, distances),
    )


def _segments(picture: Picture, regions: int | None) -> Index:
    return segment(picture, REGIONS if regions is None else regions)


def _regions(
    parts: Index, style_parts: Index | None = None, distances: dict[int, float] | None = None
) -> tuple[FoundRegion, ...]:
    found: list[FoundRegion] = []
    for number, color in enumerate(PALETTE):
        share = np.count_nonzero(parts == number) / parts.size
        if not share:
            continue
        if style_parts is None or distances is None:
            found.append(FoundRegion(color, share))
        else:
            of_style = np.count_nonzero(style_parts == number) / style_parts.size
            found.append(FoundRegion(color, share, of_style, distances[number]))
    return tuple(found)
