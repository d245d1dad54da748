"""The contact sheet of a batch: all pictures small, by content and style, with their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ..errors import ImageError
from ..pictures.images import read_image, resize, scaled_size
from ..pictures.panels import CAPTION, GAP, PAPER, beside, captioned, framed, padded
from ..pictures.tensors import Picture
from ..silence import native_silence
from .folder import Folder
from .jobs import Job

_SIDE = 160
"""Pixels of a picture's longest side."""

_SMALLEST = 16
"""The same where there are very many."""

_MOST = 16_000
"""Pixels of a side of the sheet."""

_NOTHING = 225
"""The grey of a picture that is not there."""

_FILLED = 0.5
"""Of contents × styles; where no more was asked for, each picture stands beside what it was made
from."""


def contact_sheet(
    jobs: Sequence[Job], folder: Folder, on_read: Callable[[int, int], object] | None = None
) -> Picture:
    """Draw a sheet, (H, W, 3) uint8, of the pictures that are there.

    Contents are rows and styles are columns, or, where few of all pairs were asked for, every
    picture stands beside its content and its styles.

    Args:
        jobs: what the pictures were made from.
        folder: where they lie.
        on_read: called with how many pictures were read, and of how many.

    Raises:
        ImageError: for more pictures than fit on a sheet.
    """
    rows = _table(jobs, folder) or _list(jobs, folder)
    side = _side_for(rows)
    pictures = _Pictures(side, on_read, len({cell.path for row in rows for cell in row}))
    drawn = [framed(beside([pictures.drawn(cell) for cell in row])) for row in rows]
    width = max(row.shape[1] for row in drawn)
    return np.vstack([padded(row, row.shape[0], width) for row in drawn])


class _Cell:
    """A picture, or the place of one, and what stands above it."""

    def __init__(self, path: Path | None, text: str) -> None:
        self.path, self.text = path, text


class _Pictures:
    """Reads pictures small, each once."""

    def __init__(self, side: int, on_read: Callable[[int, int], object] | None, total: int) -> None:
        self._side, self._on_read, self._total = side, on_read, total
        self._read: dict[Path | None, Picture | None] = {}

    def drawn(self, cell: _Cell) -> Picture:
        """The cell as a panel."""
        if cell.path not in self._read:
            self._read[cell.path] = None if cell.path is None else _small(cell.path, self._side)
            if self._on_read is not None:
                self._on_read(len(self._read), self._total)
        picture = self._read[cell.path]
        if picture is None:
            height, shade = (1, PAPER) if cell.path is None else (self._side, _NOTHING)
            picture = np.full((height, self._side, 3), shade, np.uint8)
        return captioned(padded(picture, picture.shape[0], self._side), cell.text)


def _small(path: Path, side: int) -> Picture | None:
    """A picture, its longest side so many pixels; None where there is none that can be read."""
    try:
        with native_silence():
            picture = read_image(path, lambda height, width: scaled_size(height, width, 2 * side))
    except ImageError:
        return None
    height, width = scaled_size(picture.shape[0], picture.shape[1], side)
    return resize(picture, max(1, width), max(1, height))


def _table(jobs: Sequence[Job], folder: Folder) -> list[list[_Cell]] | None:
    """A row of styles, and one for each content; None where that would be mostly empty."""
    contents = list(dict.fromkeys(job.content for job in jobs))
    styles = list(dict.fromkeys(job.styles for job in jobs))
    by_pair = {(job.content, job.styles): job for job in jobs}
    if len(by_pair) < len(jobs) or len(by_pair) <= _FILLED * len(contents) * len(styles):
        return None
    head = [_Cell(None, ""), *(_Cell(style[0], _named(style)) for style in styles)]
    rows = [head]
    for content in contents:
        found = [by_pair.get((content, style)) for style in styles]
        rows.append([_Cell(content, content.stem), *(_result(job, folder) for job in found)])
    return rows


def _list(jobs: Sequence[Job], folder: Folder) -> list[list[_Cell]]:
    """Groups of a content, its styles and the picture, some of them side by side."""
    groups = [
        [
            _Cell(job.content, job.content.stem),
            *(_Cell(style, style.stem) for style in job.styles),
            _result(job, folder, job.name),
        ]
        for job in jobs
    ]
    longest = max(map(len, groups))
    across = max(1, round((len(groups) / longest) ** 0.5))
    blank = _Cell(None, "")
    filled = [group[:-1] + [blank] * (longest - len(group)) + group[-1:] for group in groups]
    return [
        [cell for group in filled[at : at + across] for cell in group]
        for at in range(0, len(filled), across)
    ]


def _result(job: Job | None, folder: Folder, text: str = "") -> _Cell:
    return _Cell(None, "") if job is None else _Cell(folder.picture(job.name), text)


def _named(styles: Iterable[Path]) -> str:
    return " + ".join(style.stem for style in styles)


def _side_for(rows: Sequence[Sequence[_Cell]]) -> int:
    """Pixels of a picture's side, so that the sheet does not grow beyond what can be looked at."""
    most = max(len(rows), *(len(row) for row in rows))
    side = min(_SIDE, _MOST // most - GAP - CAPTION)
    if side < _SMALLEST:
        raise ImageError(
            f"{len(rows)} rows of pictures do not fit on a contact sheet; leave it out"
        )
    return side
