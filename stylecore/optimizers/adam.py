"""Adam (Kingma & Ba 2015) in numpy, with a running mean of its iterates; inside a box, or free."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..contract import Function, OnEvaluation
from ..pictures.tensors import Array
from .box import finite, ignore, into_box

BETAS = (0.9, 0.99)
"""How the two means decay, unless somebody says otherwise."""


@dataclass
class AdamState:
    """What Adam carries from step to step, and from scale to scale.

    Attributes:
        first: mean of the gradients.
        second: mean of the squared gradients.
        mean: exponential mean of the iterates.
        steps: how many steps each mean has seen, for its bias correction.
        mean_steps: the same for the mean of the iterates.
        exponent: gradients are counted in units of 2^exponent; none before the first.
    """

    first: Array
    second: Array
    mean: Array
    steps: int = 0
    mean_steps: int = 0
    exponent: int | None = None

    @classmethod
    def start(cls, x: Array) -> AdamState:
        """The state before the first step."""
        return cls(np.zeros_like(x), np.zeros_like(x), np.zeros_like(x))

    def direction(self, gradient: Array, betas: tuple[float, float] = BETAS) -> Array:
        """Take a gradient into account; returns m/√v, which a step goes against."""
        beta1, beta2 = betas
        if self.exponent is None:
            self.exponent = _exponent_of(gradient)
        gradient = np.ldexp(gradient, -self.exponent)
        self.steps += 1
        self.first += (1 - beta1) * (gradient - self.first)
        self.second += (1 - beta2) * (gradient * gradient - self.second)
        first = self.first / (1 - beta1**self.steps)
        second = self.second / (1 - beta2**self.steps)
        # No ε against division by zero is right for every loss scale; the least normal number is.
        return np.asarray(first / np.sqrt(np.maximum(second, _TINY)), np.float32)

    def lose_pace(self) -> None:
        """Forget where the steps went, after a gradient that was no number."""
        self.first[...] = 0

    def keep(self, x: Array, decay: float) -> None:
        """Take an iterate into the running mean."""
        self.mean += (1 - decay) * (x - self.mean)
        self.mean_steps += 1

    def averaged(self, decay: float) -> Array | None:
        """The running mean, or None before the first iterate."""
        if not self.mean_steps:
            return None
        return self.mean / np.float32(1 - decay**self.mean_steps)


def adam(
    function: Function,
    x: Array,
    *,
    steps: int,
    learning_rate: float = 3.0,
    betas: tuple[float, float] = BETAS,
    mean_decay: float = 0.95,
    state: AdamState | None = None,
    on_evaluation: OnEvaluation = ignore,
) -> tuple[Array, AdamState]:
    """Minimise a function over the box 0–255.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function.
        learning_rate: length of a step, in pixel levels.
        betas: decay of the two means.
        mean_decay: of the mean of the iterates, which is the result: it is free of the noise
            that a fixed step length leaves in every single iterate.
        state: of an earlier run, resized by the caller where the size has changed.
        on_evaluation: called after every evaluation.

    Returns:
        The mean of the iterates, and the state to carry on with.
    """
    x = into_box(x)
    state = state or AdamState.start(x)
    last = x
    for _ in range(steps):
        loss, gradient = function(x)
        on_evaluation(x, loss)
        if not finite(loss, gradient):
            # It would stay in the moments for good: back to the last point, at half the pace.
            x, learning_rate = last, learning_rate / 2
            state.lose_pace()
            continue
        last = x
        x = into_box(x - learning_rate * state.direction(gradient, betas))
        state.keep(x, mean_decay)
    mean = state.averaged(mean_decay)
    return (last if mean is None else into_box(mean)), state


def _exponent_of(gradient: Array) -> int:
    """For gradients whose squares are far from what float32 holds."""
    exponent = math.frexp(float(np.abs(gradient).max()))[1]
    return exponent if abs(exponent) > _ORDINARY else 0


_ORDINARY = 40
_TINY = np.float32(1e-38)
