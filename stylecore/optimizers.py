"""What the optimisers share: the function they minimise, the box, and how they report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .tensors import Array

LOWEST, HIGHEST = 0.0, 255.0
"""The box of pixel values. Every iterate stays inside, so that nothing is lost at the end."""

Function: TypeAlias = Callable[[Array], tuple[float, Array]]
"""x ↦ (loss, gradient): scipy's ``minimize(jac=True)``; both arrays are float32 of one shape."""


class OnEvaluation(Protocol):
    """Called after every evaluation of the function, with the point and its loss."""

    def __call__(self, x: Array, loss: float, /) -> None:
        """Take note; raise to stop the run."""


def into_box(x: NDArray[np.floating]) -> Array:
    """The nearest point of the box."""
    return np.clip(x, LOWEST, HIGHEST).astype(np.float32, copy=False)


def ignore(x: Array, loss: float, /) -> None:
    """The default of ``on_evaluation``: nothing happens."""
