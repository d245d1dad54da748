"""Panels of contact sheets: pictures and captions, put beside and below each other on paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from .tensors import Picture

PAPER, INK = 255, (40, 40, 40)
GAP, CAPTION = 12, 26  # pixels
_SIZE = 15
_MARGIN = 2

_CV2: Any = cv2


def captioned(panel: Picture, text: str) -> Picture:
    """A line of text above a panel, cut where it is longer."""
    return np.vstack([caption(text, panel.shape[1]), panel])


def caption(text: str, width: int) -> Picture:
    """A line of text (h, width, 3), cut where it is longer.

    OpenCV 5 writes all letters; with an older one, those beyond ASCII become what is like them, or
    a question mark.
    """
    strip = np.full((CAPTION, width, 3), PAPER, np.uint8)
    text = text if _writes_all() else _plain(text)
    if _width_of(text) > width - 2 * _MARGIN:
        while text and _width_of(f"{text}{_CUT}") > width - 2 * _MARGIN:
            text = text[:-1]
        text += _CUT
    at = (_MARGIN, CAPTION - 9)
    if _writes_all():
        _CV2.putText(strip, text, at, INK, _CV2.FontFace("sans"), _SIZE)
    else:
        _CV2.putText(strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return strip


_CUT = "..."


def beside(panels: Sequence[Picture]) -> Picture:
    """Panels in a row, with paper between them."""
    height = max(panel.shape[0] for panel in panels)
    spaced = [padded(panel, height, panel.shape[1] + GAP) for panel in panels]
    return np.hstack(spaced)[:, :-GAP]


def framed(row: Picture) -> Picture:
    """A row with paper around it."""
    return np.pad(row, ((GAP // 2, GAP // 2), (GAP, GAP), (0, 0)), constant_values=PAPER)


def padded(panel: Picture, height: int, width: int) -> Picture:
    """Paper added at the right and below."""
    below, right = height - panel.shape[0], width - panel.shape[1]
    return np.pad(panel, ((0, below), (0, right), (0, 0)), constant_values=PAPER)


def _writes_all() -> bool:
    return hasattr(cv2, "FontFace")


def _width_of(text: str) -> int:
    """Pixels that a line of text takes."""
    if not text:
        return 0
    if _writes_all():
        x, _, width, _ = _CV2.getTextSize((0, 0), text, (0, 0), _CV2.FontFace("sans"), _SIZE)
        return x + width
    (width, _), _ = _CV2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
    return width


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    without_marks = "".join(one for one in decomposed if not unicodedata.combining(one))
    return without_marks.encode("ascii", "replace").decode()
