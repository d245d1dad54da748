"""Adam (Kingma & Ba 2015) in numpy, inside the box, with a running mean of its iterates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ..contract import Function, OnEvaluation
from ..pictures.tensors import Array
from .box import finite, ignore, into_box
from .marks import OnMark, Packed, unmarked


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
    learning_rate: float = 3.0,
    betas: tuple[float, float] = (0.9, 0.99),
    mean_decay: float = 0.95,
    state: AdamState | None = None,
    on_evaluation: OnEvaluation = ignore,
    mark: AdamMark | None = None,
    on_mark: OnMark = unmarked,
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
        mark: of an earlier call with the same function, to go on from; neither x, steps, learning
            rate nor state count.
        on_mark: called with a mark after every evaluation.

    Returns:
        The mean of the iterates, and the state to carry on with.
    """
    if mark is None:
        x = into_box(x)
        mark = AdamMark(x, x, learning_rate, steps, state or AdamState.start(x))
    while mark.left:
        mark = _advanced(mark, function, betas, mean_decay, on_evaluation)
        on_mark(mark)
    state = mark.state
    if not state.mean_steps:
        return mark.last, state
    return into_box(state.mean / np.float32(1 - mean_decay**state.mean_steps)), state


def _advanced(
    mark: AdamMark,
    function: Function,
    betas: tuple[float, float],
    mean_decay: float,
    on_evaluation: OnEvaluation,
) -> AdamMark:
    x, state, left = mark.x, mark.state, mark.left - 1
    loss, gradient = function(x)
    on_evaluation(x, loss)
    if not finite(loss, gradient):
        # It would stay in the moments for good: back to the last point, at half the pace.
        calm = replace(state, first=np.zeros_like(state.first))
        return AdamMark(mark.last, mark.last, mark.learning_rate / 2, left, calm)
    state = _met(state, gradient, betas)
    first = state.first / (1 - betas[0] ** state.steps)
    second = state.second / (1 - betas[1] ** state.steps)
    # No ε against division by zero is right for every loss scale; the least normal number is.
    moved = into_box(x - mark.learning_rate * first / np.sqrt(np.maximum(second, _TINY)))
    mean = state.mean + (1 - mean_decay) * (moved - state.mean)
    state = replace(state, mean=mean, mean_steps=state.mean_steps + 1)
    return AdamMark(moved, x, mark.learning_rate, left, state)


def _met(state: AdamState, gradient: Array, betas: tuple[float, float]) -> AdamState:
    """The moments once they have met another gradient."""
    exponent = _exponent_of(gradient) if state.exponent is None else state.exponent
    gradient = np.ldexp(gradient, -exponent)
    return replace(
        state,
        first=state.first + (1 - betas[0]) * (gradient - state.first),
        second=state.second + (1 - betas[1]) * (gradient * gradient - state.second),
        steps=state.steps + 1,
        exponent=exponent,
    )


def _exponent_of(gradient: Array) -> int:
    """For gradients whose squares are far from what float32 holds."""
    exponent = math.frexp(float(np.abs(gradient).max()))[1]
    return exponent if abs(exponent) > _ORDINARY else 0


_ORDINARY = 40
_TINY = np.float32(1e-38)
