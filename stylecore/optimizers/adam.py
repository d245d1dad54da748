"""Adam (Kingma & Ba 2015) in numpy, with a running mean of its iterates; inside a box, or free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..contract import Enough, Function, OnEvaluation
from ..pictures.tensors import Array
from ..settings import default_of
from .box import finite, ignore, into_box, never
from .marks import OnMark, Packed, unmarked


@dataclass(frozen=True)
class AdamParameters:
    """What the paper calls Adam's parameters, and how its iterates are averaged.

    Attributes:
        learning_rate: α, the length of a step, in pixel levels.
        betas: β₁ and β₂, the decay of the two means.
        epsilon: ε, which is added to the root of the second, in the units of the gradient. With 0
            the steps are the same for every unit of the loss. Where the root is smaller than ε,
            steps shrink with the gradient.
        mean_decay: of the mean of the iterates, which is the result: it is free of the noise
            that a fixed step length leaves in every single iterate.
    """

    learning_rate: float = default_of("learning_rate")
    betas: tuple[float, ...] = default_of("betas")
    epsilon: float = default_of("epsilon")
    mean_decay: float = default_of("averaging")


_USUAL = AdamParameters()


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

    def copy(self) -> AdamState:
        """The same, for steps that leave this one as it is."""
        moments = (self.first.copy(), self.second.copy(), self.mean.copy())
        return AdamState(*moments, self.steps, self.mean_steps, self.exponent)

    def direction(
        self,
        gradient: Array,
        betas: tuple[float, ...] = _USUAL.betas,
        epsilon: float = _USUAL.epsilon,
    ) -> Array:
        """Take a gradient into account; returns m/(√v + ε), which a step goes against."""
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
        root = np.sqrt(np.maximum(second, _TINY))
        if epsilon:
            root += np.float32(min(epsilon * 2.0**-self.exponent, _HUGE))
        return np.asarray(first / root, np.float32)

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


@dataclass(frozen=True)
class AdamMark:
    """Where the search stands.

    Attributes:
        x: where the function is evaluated next.
        last: where it was evaluated last and gave numbers.
        learning_rate: which is halved where it gave none.
        left: evaluations that are still to be made.
        state: the moments.
    """

    x: Array
    last: Array
    learning_rate: float
    left: int
    state: AdamState

    def packed(self) -> Packed:
        """All of it as numbers and arrays."""
        state = self.state
        numbers = {"learning_rate": self.learning_rate, "left": self.left, "steps": state.steps}
        numbers |= {"mean_steps": state.mean_steps, "exponent": state.exponent}
        moments = {"first": state.first, "second": state.second, "mean": state.mean}
        return Packed(numbers, {"x": self.x, "last": self.last, **moments})

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The mark that was packed.

        Raises:
            KeyError: where something is missing.
        """
        numbers, arrays = packed
        state = AdamState(
            *(arrays[name] for name in ("first", "second", "mean")),
            steps=numbers["steps"],
            mean_steps=numbers["mean_steps"],
            exponent=numbers["exponent"],
        )
        rate, left = numbers["learning_rate"], numbers["left"]
        return cls(arrays["x"], arrays["last"], rate, left, state)


def adam(
    function: Function,
    x: Array,
    *,
    steps: int,
    learning_rate: float = _USUAL.learning_rate,
    betas: tuple[float, ...] = _USUAL.betas,
    epsilon: float = _USUAL.epsilon,
    mean_decay: float = _USUAL.mean_decay,
    state: AdamState | None = None,
    on_evaluation: OnEvaluation = ignore,
    mark: AdamMark | None = None,
    on_mark: OnMark = unmarked,
    enough: Enough = never,
) -> tuple[Array, AdamState]:
    """Minimise a function over the box 0–255.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function.
        learning_rate: as in `AdamParameters`.
        betas: as there.
        epsilon: as there.
        mean_decay: as there.
        state: of an earlier run, resized by the caller where the size has changed.
        on_evaluation: called after every evaluation.
        mark: of an earlier call with the same function, to go on from; neither x, steps, learning
            rate nor state count.
        on_mark: called with a mark after every evaluation.
        enough: asked before every evaluation but the first, whether to end with what there is.

    Returns:
        The mean of the iterates, and the state to carry on with.
    """
    if mark is None:
        x = into_box(x)
        mark = AdamMark(x, x, learning_rate, steps, state or AdamState.start(x))
    parameters = AdamParameters(learning_rate, betas, epsilon, mean_decay)
    while mark.left:
        mark = _advanced(mark, function, parameters, on_evaluation)
        on_mark(mark)
        if enough():
            break
    mean = mark.state.averaged(mean_decay)
    return (mark.last if mean is None else into_box(mean)), mark.state


def _advanced(
    mark: AdamMark,
    function: Function,
    parameters: AdamParameters,
    on_evaluation: OnEvaluation,
) -> AdamMark:
    # Whoever was given a mark may keep it: it does not change any more.
    x, state, left = mark.x, mark.state.copy(), mark.left - 1
    loss, gradient = function(x)
    on_evaluation(x, loss)
    if not finite(loss, gradient):
        # It would stay in the moments for good: back to the last point, at half the pace.
        state.lose_pace()
        return AdamMark(mark.last, mark.last, mark.learning_rate / 2, left, state)
    direction = state.direction(gradient, parameters.betas, parameters.epsilon)
    moved = into_box(x - mark.learning_rate * direction)
    state.keep(moved, parameters.mean_decay)
    return AdamMark(moved, x, mark.learning_rate, left, state)


def _exponent_of(gradient: Array) -> int:
    """For gradients whose squares are far from what float32 holds."""
    exponent = math.frexp(float(np.abs(gradient).max()))[1]
    return exponent if abs(exponent) > _ORDINARY else 0


_ORDINARY = 40
_TINY = np.float32(1e-38)
_HUGE = 3e38
"""As much as float32 holds."""
