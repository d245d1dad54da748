"""What is painted on: the part of a picture that a run may change, as a change of variables.

Where x = k p + (1 − k) P z, with k = 1 where the content p is kept, a run moves z, and
∂L/∂z = P (1 − k) ∂L/∂x: kept parts stay as they are, at every step and for every optimiser.
P is nothing, or for a picture in grey the mean over the three channels, which is its own transpose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..pictures.tensors import Array


@dataclass(frozen=True)
class Canvas:
    """The free part of a picture at one scale.

    Attributes:
        content: (1, 3, H, W).
        keep: (1, 1, H, W), 1 where the content is left as it is; None where all is free.
        grey: whether only grey is painted.
    """

    content: Array
    keep: Array | None = None
    grey: bool = False

    @property
    def plain(self) -> bool:
        """Whether every pixel and channel is free: then nothing is in between."""
        return self.keep is None and not self.grey

    def picture(self, z: Array) -> Array:
        """The picture x, for the variables z, both (1, 3, H, W)."""
        painted = _in_grey(z) if self.grey else z
        if self.keep is None:
            return painted
        return np.asarray(self.keep * self.content + (1 - self.keep) * painted, np.float32)

    def pulled_back(self, gradient: Array) -> Array:
        """∂L/∂z from ∂L/∂x, both (1, 3, H, W)."""
        free = gradient if self.keep is None else (1 - self.keep) * gradient
        return _in_grey(free) if self.grey else np.asarray(free, np.float32)


def _in_grey(x: Array) -> Array:
    return np.ascontiguousarray(np.broadcast_to(x.mean(axis=1, keepdims=True), x.shape))
