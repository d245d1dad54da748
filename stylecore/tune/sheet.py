"""The contact sheet: content, style and every choice, with its figures and its settings file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import ImageError
from ..pictures.images import resize, scaled_size
from ..pictures.panels import beside, caption, framed, padded
from ..pictures.small import read_small
from ..pictures.tensors import Picture
from ..silence import native_silence
from .choices import Choice
from .tuner import Tuning

_SIDE = 240
"""Pixels of a panel's side."""

_NOTHING = 225
"""The grey of a picture that is not there."""


def contact_sheet(tuning: Tuning, choices: Sequence[Choice]) -> Picture:
    """Draw it, (H, W, 3) uint8: content and style first, then the choices in their order."""
    panels = [
        _panel(tuning.content, [f"content: {tuning.content.name}"]),
        _panel(tuning.style, [f"style: {tuning.style.name}"]),
        *(_panel(one.picture, _told(one)) for one in choices),
    ]
    across = min(len(panels), max(3, math.ceil(math.sqrt(len(panels)))))
    rows = [panels[at : at + across] for at in range(0, len(panels), across)]
    drawn = [framed(beside(row)) for row in rows]
    width = max(row.shape[1] for row in drawn)
    return np.vstack([padded(row, row.shape[0], width) for row in drawn])


def _told(choice: Choice) -> list[str]:
    verdict = choice.tried.verdict
    return [
        f"{choice.tried.number}: style {verdict.style:.2f}, content {verdict.content:.3f}",
        f"noise {verdict.noise:.1f}",
        f"--settings {choice.settings.name}",
    ]


def _panel(path: Path, lines: Sequence[str]) -> Picture:
    """A picture under its lines, of which there is room for three."""
    lines = [*lines, *[""] * (3 - len(lines))]
    picture = _small(path)
    return np.vstack(
        [*(caption(line, _SIDE) for line in lines), padded(picture, picture.shape[0], _SIDE)]
    )


def _small(path: Path) -> Picture:
    """A picture whose longest side is a panel's, or grey where it is gone."""
    try:
        with native_silence():
            picture = read_small(path, _SIDE)
    except ImageError:
        return np.full((_SIDE, _SIDE, 3), _NOTHING, np.uint8)
    height, width = scaled_size(picture.shape[0], picture.shape[1], _SIDE)
    return resize(picture, max(1, width), max(1, height))
