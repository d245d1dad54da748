"""The contract of objective and optimisers: x ↦ (loss, gradient), who looks on, who ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from .pictures.tensors import Array

Function: TypeAlias = Callable[[Array], tuple[float, Array]]
"""x ↦ (loss, gradient): scipy's ``minimize(jac=True)``; both arrays are float32 of one shape."""


Enough: TypeAlias = Callable[[], bool]
"""Asked before each evaluation but the first, whether a search shall end with what it has."""


class OnEvaluation(Protocol):
    """Called after every evaluation of the function, with the point and its loss."""

    def __call__(self, x: Array, loss: float, /) -> None:
        """Take note; raise to stop the run."""
