"""The optimisers as a run uses them: one call a scale, with whatever is carried between scales."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from .images import resize
from .optimizer_adam import AdamState, adam
from .optimizer_lbfgs import lbfgs
from .optimizer_projected_lbfgs import projected_lbfgs
from .optimizers import Array, Function, OnEvaluation
from .pyramid import Scale
from .settings import Optimizer
from .tensors import to_floats, to_tensor


class Strategy(Protocol):
    """Minimises at one scale; created once a run."""

    def __call__(
        self, function: Function, x: Array, scale: Scale, on_evaluation: OnEvaluation, /
    ) -> Array:
        """Start from x, take ``scale.steps`` evaluations, return the picture."""
        ...


class _Adam:
    """Adam whose moments grow with the picture; the mean of the iterates starts anew."""

    def __init__(self) -> None:
        self._state: AdamState | None = None

    def __call__(
        self, function: Function, x: Array, scale: Scale, on_evaluation: OnEvaluation, /
    ) -> Array:
        state = self._state and _grown(self._state, scale)
        x, self._state = adam(
            function, x, steps=scale.steps, state=state, on_evaluation=on_evaluation
        )
        return x


def _grown(state: AdamState, scale: Scale) -> AdamState:
    def grow(moment: Array) -> Array:
        return to_tensor(resize(to_floats(moment), scale.width, scale.height))

    second = np.maximum(grow(state.second), 0)
    return AdamState(grow(state.first), second, np.zeros_like(second), state.steps)


def _lbfgs(function: Function, x: Array, scale: Scale, on_evaluation: OnEvaluation, /) -> Array:
    return lbfgs(function, x, steps=scale.steps, on_evaluation=on_evaluation)


def _projected_lbfgs(
    function: Function, x: Array, scale: Scale, on_evaluation: OnEvaluation, /
) -> Array:
    return projected_lbfgs(function, x, steps=scale.steps, on_evaluation=on_evaluation)


STRATEGIES: dict[Optimizer, Callable[[], Strategy]] = {
    "adam": _Adam,
    "lbfgs": lambda: _lbfgs,
    "projected-lbfgs": lambda: _projected_lbfgs,
}
"""What makes the strategy for each name in the settings."""
