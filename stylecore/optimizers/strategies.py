"""The optimisers as a run uses them: one call a scale, with whatever is carried between scales."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from ..contract import Enough, Function, OnEvaluation
from ..pictures.images import resize
from ..pictures.tensors import Array, to_floats, to_tensor
from ..settings import Optimizer, Settings
from .adam import AdamMark, AdamState, adam
from .box import finite, never
from .lbfgs import LbfgsMark, lbfgs
from .marks import Mark, OnMark, unmarked
from .pairs import Memory
from .projected_lbfgs import ProjectedLbfgsMark, projected_lbfgs


def nothing() -> None:
    """The default of ``take_mark``: there is none."""


class Strategy(Protocol):
    """Minimises at one scale; created once a run."""

    def __call__(
        self,
        function: Function,
        x: Array,
        steps: int,
        on_evaluation: OnEvaluation,
        /,
        take_mark: Callable[[], Any] = nothing,
        on_mark: OnMark | None = None,
        enough: Enough = never,
        memory: Memory | None = None,
    ) -> Array:
        """Start from x, take so many evaluations, return the picture.

        Where ``take_mark`` gives a mark of the optimiser's own kind, go on from there: nobody else
        should hold it, since it is large. ``on_mark`` is told of new ones. ``enough`` may end it
        sooner. ``memory`` is how much those that remember may, where that is less than the
        settings say.
        """
        ...


def looked_at_twice(function: Function) -> Function:
    """The function, evaluated once more at the start where that gave no numbers.

    From any other point a search goes back to the last; without a start there is no way back.
    """
    started = False

    def look(x: Array) -> tuple[float, Array]:
        nonlocal started
        found = function(x)
        first, started = not started, True
        return function(x) if first and not finite(*found) else found

    return look


class _Adam:
    """Adam whose moments grow with the picture; the mean of the iterates starts anew."""

    def __init__(self, settings: Settings, unit: float = 1.0) -> None:
        self._settings, self._epsilon = settings, settings.epsilon / unit
        self._state: AdamState | None = None

    def __call__(
        self,
        function: Function,
        x: Array,
        steps: int,
        on_evaluation: OnEvaluation,
        /,
        take_mark: Callable[[], AdamMark | None] = nothing,
        on_mark: OnMark | None = None,
        enough: Enough = never,
        memory: Memory | None = None,
    ) -> Array:
        del memory  # it remembers no pairs
        settings = self._settings
        x, self._state = adam(
            function,
            x,
            steps=steps,
            learning_rate=settings.learning_rate,
            betas=settings.betas,
            epsilon=self._epsilon,
            mean_decay=settings.averaging,
            state=self._state and _grown(self._state, x),
            on_evaluation=on_evaluation,
            mark=take_mark(),
            on_mark=on_mark or unmarked,
            enough=enough,
        )
        return x


def _grown(state: AdamState, x: Array) -> AdamState:
    height, width = x.shape[2:]

    def grow(moment: Array) -> Array:
        return to_tensor(resize(to_floats(moment), width, height))

    second = np.maximum(grow(state.second), 0)
    means = grow(state.first), second, np.zeros_like(second)
    return AdamState(*means, state.steps, exponent=state.exponent)


class _Anew:
    """An L-BFGS, which begins anew at each scale."""

    def __init__(self, minimise: Callable[..., Array], settings: Settings, _: float = 1.0) -> None:
        self._minimise, self._memory = minimise, Memory(settings.history_size)

    def __call__(
        self,
        function: Function,
        x: Array,
        steps: int,
        on_evaluation: OnEvaluation,
        /,
        take_mark: Callable[[], Any] = nothing,
        on_mark: OnMark | None = None,
        enough: Enough = never,
        memory: Memory | None = None,
    ) -> Array:
        return self._minimise(
            function,
            x,
            steps=steps,
            memory=memory or self._memory,
            on_evaluation=on_evaluation,
            mark=take_mark(),
            on_mark=on_mark,
            enough=enough,
        )


def _lbfgs(function: Function, x: Array, *, memory: Memory, **how: Any) -> Array:
    return lbfgs(function, x, memory=memory.pairs, **how)


def _projected_lbfgs(function: Function, x: Array, *, on_mark: OnMark | None, **how: Any) -> Array:
    return projected_lbfgs(function, x, on_mark=on_mark or unmarked, **how)


class MakeStrategy(Protocol):
    """Makes the strategy of a run."""

    def __call__(self, settings: Settings, unit: float = 1.0, /) -> Strategy:
        """By the settings; one of the function's losses is so much of the objective's."""
        ...


STRATEGIES: dict[Optimizer, MakeStrategy] = {
    "adam": _Adam,
    "lbfgs": partial(_Anew, _lbfgs),
    "projected-lbfgs": partial(_Anew, _projected_lbfgs),
}
"""What makes the strategy for each name in the settings."""

PARAMETERS: dict[Optimizer, tuple[str, ...]] = {
    "adam": ("learning_rate", "betas", "epsilon", "averaging"),
    "lbfgs": ("history_size",),
    "projected-lbfgs": ("history_size",),
}
"""The settings that each of them looks at."""

MARKS: dict[Optimizer, type[Mark]] = {
    "adam": AdamMark,
    "lbfgs": LbfgsMark,
    "projected-lbfgs": ProjectedLbfgsMark,
}
"""The kind of mark that each of them goes on from."""
