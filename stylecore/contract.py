"""The one contract between objective and optimisers: x ↦ (loss, gradient), and who looks on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from .pictures.tensors import Array

Function: TypeAlias = Callable[[Array], tuple[float, Array]]
"""x ↦ (loss, gradient): scipy's ``minimize(jac=True)``; both arrays are float32 of one shape."""


class OnEvaluation(Protocol):
    """Called after every evaluation of the function, with the point and its loss."""

    def __call__(self, x: Array, loss: float, /) -> None:
        """Take note; raise to stop the run."""
