"""scipy's L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995), set up so that it runs on pictures."""

from __future__ import annotations

import numpy as np

from ..contract import Function, OnEvaluation
from ..pictures.tensors import Array
from .box import HIGHEST, LOWEST, finite, ignore, into_box

_FAR_UP = 1e10
"""What scipy is told instead of a loss that is no number, in units of the first: step back."""


class _EnoughError(Exception):
    """There is no going on: scipy checks its own count only between line searches."""


class _Scaled:
    """The function as scipy needs it: float64, flat, variables and loss of order one.

    L-BFGS-B's first step has norm 1. Over half a million pixels that moves nothing, the loss does
    not change beyond rounding, and it stops at its start. With z = x/√n it moves every pixel by
    about a level.
    """

    def __init__(
        self, function: Function, x: Array, steps: int, on_evaluation: OnEvaluation
    ) -> None:
        self.shape, self.root = x.shape, float(np.sqrt(x.size))
        self.best, self.best_loss = x, np.inf
        self.left = steps
        self._function, self._on_evaluation = function, on_evaluation
        self._unit = 0.0

    def __call__(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        if not self.left:
            raise _EnoughError
        self.left -= 1
        x = into_box((z * self.root).astype(np.float32).reshape(self.shape))
        loss, gradient = self._function(x)
        self._on_evaluation(x, loss)
        if not finite(loss, gradient):
            if not self._unit:
                raise _EnoughError  # there is nothing to start from
            return _FAR_UP, np.zeros_like(z)
        if loss < self.best_loss:
            self.best, self.best_loss = x, loss
        self._unit = self._unit or abs(loss) or 1.0
        scaled = gradient.astype(np.float64).ravel() * (self.root / self._unit)
        return loss / self._unit, scaled

    def pack(self, x: Array) -> np.ndarray:
        return x.astype(np.float64).ravel() / self.root


def lbfgs(
    function: Function,
    x: Array,
    *,
    steps: int,
    memory: int = 10,
    on_evaluation: OnEvaluation = ignore,
) -> Array:
    """Minimise a function over the box 0–255 with ``scipy.optimize.minimize``.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function; the line search's count too.
        memory: pairs that the approximation of the Hessian is made of (scipy's ``maxcor``).
        on_evaluation: called after every evaluation.

    Returns:
        The best point that was evaluated.
    """
    # Here, because it takes longer to load than all the rest and only this optimiser needs it.
    from scipy.optimize import Bounds, minimize  # pyright: ignore[reportUnknownVariableType]

    scaled = _Scaled(function, into_box(x), steps, on_evaluation)
    bounds = Bounds(LOWEST / scaled.root, HIGHEST / scaled.root)
    options = {"maxcor": memory, "maxfun": steps, "maxiter": steps, "ftol": 0.0, "gtol": 0.0}
    while scaled.left:
        before = scaled.left
        try:
            minimize(
                scaled,
                scaled.pack(scaled.best),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options=options,
            )
        except _EnoughError:
            break
        # An abnormal line search ends a run early: start again from the best point, unless
        # even the first step of a run found nothing better.
        if before - scaled.left <= 1:
            break
    return scaled.best
