"""From what was painted to what is delivered: colours put back, kept parts as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pictures.color import grey, with_chroma
from ..pictures.images import resize, resize_mask
from ..pictures.tensors import Array, Picture, to_floats, to_picture, to_tensor
from ..settings import Color


@dataclass(frozen=True)
class Finish:
    """The last strokes, at any size.

    Attributes:
        content: (H, W, 3), in its own colours.
        color: whose colours the result has.
        keep: (H, W), 1 where the content is left as it is, or None.
        alpha: (H, W), 0 where the content is transparent, or None.
    """

    content: NDArray[Any]
    color: Color = "style"
    keep: Array | None = None
    alpha: Array | None = None

    def picture(self, painted: Array) -> Picture:
        """What a painted (1, 3, h, w) is delivered as, (h, w, 3)."""
        puts_back = self.color in ("luminance", "content")
        if not puts_back and self.keep is None:
            return to_picture(painted)
        height, width = painted.shape[2:]
        content = resize(self.content, width, height)
        done = to_floats(painted)
        if puts_back:
            done = with_chroma(done, content)
        if self.keep is not None:
            kept = resize_mask(self.keep, height, width) > 0.999
            done = np.where(kept[..., None], content, done)
        return to_picture(to_tensor(done))

    def shown(self, painted: Array) -> Picture:
        """What :meth:`picture` gives, with alpha as fourth channel where the content has some."""
        picture, alpha = self.picture(painted), self.transparency(*painted.shape[2:])
        return picture if alpha is None else np.dstack([picture, alpha])

    def transparency(self, height: int, width: int) -> NDArray[np.uint8] | None:
        """Alpha at a size, (h, w) uint8, or None where all shows."""
        if self.alpha is None:
            return None
        return np.rint(resize_mask(self.alpha, height, width) * 255).astype(np.uint8)

    def judged(self, picture: Picture) -> Array:
        """What the objective sees of a delivered picture, (1, 3, h, w)."""
        return to_tensor(grey(picture) if self.color == "luminance" else picture)
