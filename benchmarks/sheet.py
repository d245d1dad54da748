"""A contact sheet: rows of captioned pictures, each fitted into a square panel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from stylecore.pictures.images import resize, scaled_size
from stylecore.pictures.tensors import Picture

GAP, CAPTION, PAPER, INK = 8, 20, 255, (40, 40, 40)

Captioned = tuple[str, Picture]


def contact_sheet(rows: Sequence[Sequence[Captioned]], panel: int) -> Picture:
    """Rows of (caption, picture), the longer side of each picture ``panel`` pixels."""
    bands = [np.hstack([_cell(*one, panel, _height(row, panel)) for one in row]) for row in rows]
    return np.pad(np.vstack(bands), ((0, GAP), (0, GAP), (0, 0)), constant_values=PAPER)


def write_sheet(path: Path, sheet: Picture, quality: int = 84) -> None:
    """Write a sheet as JPEG: `write_image` takes a quality that is too dear for a document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    path.write_bytes(encoded.tobytes())


def _height(row: Sequence[Captioned], panel: int) -> int:
    return max(scaled_size(*picture.shape[:2], panel)[0] for _, picture in row)


def _cell(caption: str, picture: Picture, panel: int, tall: int) -> Picture:
    height, width = scaled_size(*picture.shape[:2], panel)
    cell = np.full((GAP + CAPTION + tall, GAP + panel, 3), PAPER, np.uint8)
    at = (GAP, GAP + CAPTION - 7)
    cv2.putText(cell, caption, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
    top = GAP + CAPTION
    cell[top : top + height, GAP : GAP + width] = resize(picture, width, height)
    return cell
