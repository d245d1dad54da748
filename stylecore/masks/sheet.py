"""A contact sheet of what was found: pictures, outlines, labels, and the regions side by side."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize, scaled_size
from ..pictures.labels import Color
from ..pictures.panels import PAPER, beside, captioned, framed, padded
from ..pictures.tensors import Picture
from .find import FoundLabels, FoundRegion

_PANEL = 360  # pixels a side
_CUTOUT = 240
_SWATCH = 36
_COLUMNS = 2  # of regions


def contact_sheet(content: Picture, found: FoundLabels, style: Picture | None = None) -> Picture:
    """Draw a sheet, (H, W, 3) uint8.

    A row for each picture: itself, its regions outlined, its label picture. Below, every region,
    cut out, beside the region of the style that it takes after.

    Args:
        content: (H, W, 3) uint8, RGB.
        found: of this content, and of this style.
        style: the same, where there is one.
    """
    rows = [_overview("content", content, found.content)]
    if style is not None and found.style is not None:
        rows.append(_overview("style", style, found.style))
    cells = [_cell(region, content, found, style) for region in found.regions]
    rows += [beside(cells[at : at + _COLUMNS]) for at in range(0, len(cells), _COLUMNS)]
    width = max(row.shape[1] for row in rows)
    return np.vstack([framed(padded(row, row.shape[0], width)) for row in rows])


def _overview(name: str, picture: Picture, labels: Picture) -> Picture:
    height, width = scaled_size(picture.shape[0], picture.shape[1], _PANEL)
    small = resize(picture, width, height)
    flat: Any = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
    panels = [(name, small), ("regions", _outlined(small, flat)), ("labels", flat)]
    return beside([captioned(padded(one, height, _PANEL), text) for text, one in panels])


def _outlined(picture: Picture, labels: Picture) -> Picture:
    """The picture tinted in the labels' colours, with a white line between them."""
    tinted = np.rint(0.6 * picture + 0.4 * labels).astype(np.uint8)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    edges: NDArray[Any] = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, cross)
    tinted[edges.any(axis=2)] = 255
    return tinted


def _cell(
    region: FoundRegion, content: Picture, found: FoundLabels, style: Picture | None
) -> Picture:
    """One region: its colour, its part of the content, its part of the style."""
    parts = [_cut_out(content, found.content, region.color)]
    name = "#{:02x}{:02x}{:02x}: {:.0%}".format(*region.color, region.share)
    if style is not None and found.style is not None and region.style_share is not None:
        parts.append(_cut_out(style, found.style, region.color))
        name += f" of the content, {region.style_share:.0%} of the style"
    height = max(part.shape[0] for part in parts)
    swatch = np.full((height, _SWATCH, 3), region.color, np.uint8)
    return captioned(beside([swatch, *parts]), name)


def _cut_out(picture: Picture, labels: Picture, color: Color) -> Picture:
    """The region on paper, the rest faded."""
    height, width = scaled_size(picture.shape[0], picture.shape[1], _CUTOUT)
    inside = (labels == np.array(color, np.uint8)).all(axis=2)
    share = resize(inside.astype(np.float32), width, height)[..., None]
    faded = np.float32(0.85 * PAPER) + np.float32(0.15) * resize(picture, width, height)
    mixed = share * resize(picture, width, height) + (1 - share) * faded
    return padded(np.rint(mixed).astype(np.uint8), height, _CUTOUT)
