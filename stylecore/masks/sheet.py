"""A contact sheet of what was found: pictures, outlines, labels, and the regions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.images import resize, scaled_size
from ..pictures.labels import Color
from ..pictures.tensors import Picture
from .find import FoundLabels, FoundRegion

_PAPER, _INK = 255, (40, 40, 40)
_PANEL = 360  # pixels a side
_CUTOUT = 240
_GAP, _CAPTION, _SWATCH = 12, 26, 36
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
    rows += [_beside(cells[at : at + _COLUMNS]) for at in range(0, len(cells), _COLUMNS)]
    width = max(row.shape[1] for row in rows)
    return np.vstack([_framed(_padded(row, row.shape[0], width)) for row in rows])


def _overview(name: str, picture: Picture, labels: Picture) -> Picture:
    height, width = scaled_size(picture.shape[0], picture.shape[1], _PANEL)
    small = resize(picture, width, height)
    flat: Any = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST)
    panels = [(name, small), ("regions", _outlined(small, flat)), ("labels", flat)]
    return _beside([_captioned(_padded(one, height, _PANEL), text) for text, one in panels])


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
    return _captioned(_beside([swatch, *parts]), name)


def _cut_out(picture: Picture, labels: Picture, color: Color) -> Picture:
    """The region on paper, the rest faded."""
    height, width = scaled_size(picture.shape[0], picture.shape[1], _CUTOUT)
    inside = (labels == np.array(color, np.uint8)).all(axis=2)
    share = resize(inside.astype(np.float32), width, height)[..., None]
    faded = np.float32(0.85 * _PAPER) + np.float32(0.15) * resize(picture, width, height)
    mixed = share * resize(picture, width, height) + (1 - share) * faded
    return _padded(np.rint(mixed).astype(np.uint8), height, _CUTOUT)


def _captioned(panel: Picture, text: str) -> Picture:
    strip: Any = np.full((_CAPTION, panel.shape[1], 3), _PAPER, np.uint8)
    at = (2, _CAPTION - 9)
    cv2.putText(strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, _INK, 1, cv2.LINE_AA)
    return np.vstack([strip, panel])


def _beside(panels: Sequence[Picture]) -> Picture:
    height = max(panel.shape[0] for panel in panels)
    spaced = [_padded(panel, height, panel.shape[1] + _GAP) for panel in panels]
    return np.hstack(spaced)[:, :-_GAP]


def _framed(row: Picture) -> Picture:
    return np.pad(row, ((_GAP // 2, _GAP // 2), (_GAP, _GAP), (0, 0)), constant_values=_PAPER)


def _padded(panel: Picture, height: int, width: int) -> Picture:
    """Paper added at the right and below."""
    below, right = height - panel.shape[0], width - panel.shape[1]
    return np.pad(panel, ((0, below), (0, right), (0, 0)), constant_values=_PAPER)
