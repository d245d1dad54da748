"""The box that every optimiser stays in: the levels that a picture of 8 bits can have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array

LOWEST, HIGHEST = 0.0, 255.0
"""The box of pixel values. Every iterate stays inside, so that nothing is lost at the end."""


def into_box(x: NDArray[np.floating]) -> Array:
    """The nearest point of the box."""
    return np.clip(x, LOWEST, HIGHEST).astype(np.float32, copy=False)


def within_box(x: NDArray[np.floating]) -> bool:
    """Whether a point is in the box, and in float32."""
    return x.dtype == np.float32 and bool(x.min() >= LOWEST and x.max() <= HIGHEST)


def finite(loss: float, gradient: Array) -> bool:
    """Whether an evaluation gave numbers."""
    return bool(np.isfinite(loss) and np.isfinite(gradient).all())


def ignore(x: Array, loss: float, /) -> None:
    """The default of ``on_evaluation``: nothing happens."""


def never() -> bool:
    """The default of ``enough``: only the number of steps ends a search."""
    return False
