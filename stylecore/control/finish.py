"""From what was painted to what is delivered: colours put back, kept parts as they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pictures.color import grey, with_chroma
from ..pictures.images import resize, resize_mask
from ..pictures.tensors import (
    Array,
    Levels,
    Picture,
    eight_bits,
    in_bits,
    levels_of,
    to_floats,
)
from ..settings import Color


@dataclass(frozen=True)
class Finish:
    """The last strokes, at any size.

    Attributes:
        content: (H, W, 3), in its own colours.
        color: whose colours the result has.
        keep: (H, W), 1 where the content is left as it is, or None.
        alpha: (H, W), 0 where the content is transparent, or None.
        depth: bits of a channel of what is delivered.
    """

    content: NDArray[Any]
    color: Color = "style"
    keep: Array | None = None
    alpha: Array | None = None
    depth: int = 8

    def picture(self, painted: Array) -> Levels:
        """What a painted (1, 3, h, w) is delivered as, (h, w, 3)."""
        return self._rounded(painted, self.depth)

    def _rounded(self, painted: Array, depth: int) -> Levels:
        height, width = painted.shape[2:]
        done = np.empty((height, width, 3), np.uint8 if depth == 8 else np.uint16)
        for rows, floats in self._finished(painted):
            done[rows] = in_bits(floats, depth)
        return done

    def _finished(self, painted: Array) -> Iterator[tuple[slice, Array]]:
        """What a painted (1, 3, h, w) is delivered as before it is rounded, some rows at a time."""
        height, width = painted.shape[2:]
        puts_back = self.color in ("luminance", "content")
        content = kept = None
        if puts_back or self.keep is not None:
            content = resize(self.content, width, height)
        if self.keep is not None:
            kept = resize_mask(self.keep, height, width)
        for rows in _strips(height, width):
            done = to_floats(painted[:, :, rows])
            if content is not None and puts_back:
                done = with_chroma(done, content[rows])
            if content is not None and kept is not None:
                done = np.where(kept[rows][..., None] > 0.999, content[rows], done)
            yield rows, np.asarray(done, np.float32)

    def shown(self, painted: Array) -> Picture:
        """It in 8 bits, with alpha as fourth channel where the content has some."""
        picture = eight_bits(self._rounded(painted, 8))
        alpha = self._alpha(*painted.shape[2:])
        return picture if alpha is None else np.dstack([picture, eight_bits(alpha)])

    def transparency(self, height: int, width: int) -> Levels | None:
        """Alpha at a size, (h, w), as it is delivered, or None where all shows."""
        alpha = self._alpha(height, width)
        return None if alpha is None else in_bits(alpha, self.depth)

    def _alpha(self, height: int, width: int) -> Array | None:
        """Alpha at a size, (h, w), 0–255, or None where all shows."""
        if self.alpha is None:
            return None
        return resize_mask(self.alpha, height, width) * np.float32(255)

    def judged(self, picture: Levels) -> Array:
        """What the objective sees of a delivered picture, (1, 3, h, w)."""
        height, width = picture.shape[:2]
        found = np.empty((1, 3, height, width), np.float32)
        for rows in _strips(height, width):
            seen = levels_of(picture[rows])
            seen = grey(seen) if self.color == "luminance" else seen
            found[0, :, rows] = seen.transpose(2, 0, 1)
        return found


_AT_ONCE = 1 << 20
"""Pixels whose colours are put back at a time."""


def _strips(height: int, width: int) -> Iterator[slice]:
    rows = max(1, _AT_ONCE // width)
    return (slice(start, start + rows) for start in range(0, height, rows))
