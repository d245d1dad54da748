"""From what was painted to what is delivered: colours put back, kept parts as they were."""

from __future__ import annotations

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
    to_tensor,
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
        return in_bits(self._finished(painted), self.depth)

    def _finished(self, painted: Array) -> Array:
        """What a painted (1, 3, h, w) is delivered as, (h, w, 3), before it is rounded."""
        puts_back = self.color in ("luminance", "content")
        if not puts_back and self.keep is None:
            return to_floats(painted)
        height, width = painted.shape[2:]
        content = resize(self.content, width, height)
        done = to_floats(painted)
        if puts_back:
            done = with_chroma(done, content)
        if self.keep is not None:
            kept = resize_mask(self.keep, height, width) > 0.999
            done = np.where(kept[..., None], content, done)
        return np.asarray(done, np.float32)

    def shown(self, painted: Array) -> Picture:
        """It in 8 bits, with alpha as fourth channel where the content has some."""
        picture, alpha = eight_bits(self._finished(painted)), self._alpha(*painted.shape[2:])
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
        seen = levels_of(picture)
        return to_tensor(grey(seen) if self.color == "luminance" else seen)
