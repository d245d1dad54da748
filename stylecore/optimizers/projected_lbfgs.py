"""L-BFGS in float32 with projection onto the box: one evaluation a step, almost always.

Liu & Nocedal 1989 for the two-loop recursion; Bertsekas 1982 for the projection: variables that
sit on a bound and would leave the box are held, and the recursion runs over the others.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ..contract import Function, OnEvaluation
from ..pictures.tensors import Array
from .box import HIGHEST, LOWEST, finite, ignore, into_box

_SUFFICIENT = 1e-4
_FIRST_STEP = 4.0
_SMALLEST_STEP = 1e-3
_LEAST = 1e-30
"""Of a sum of products: below, float32 loses digits."""


def projected_lbfgs(
    function: Function,
    x: Array,
    *,
    steps: int,
    memory: int = 10,
    on_evaluation: OnEvaluation = ignore,
) -> Array:
    """Minimise a function over the box 0–255.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function, line searches included.
        memory: pairs that the approximation of the Hessian is made of.
        on_evaluation: called after every evaluation.

    Returns:
        The best point that was evaluated.
    """
    pairs: deque[tuple[Array, Array, float]] = deque(maxlen=memory)
    x = into_box(x)
    loss, gradient = function(x)
    on_evaluation(x, loss)
    if not finite(loss, gradient):
        return x
    left, step = steps - 1, 1.0
    while left:
        free = _free(x, gradient)
        direction = _direction(gradient * free, pairs) * free
        slope = _dot(direction, gradient)
        if slope >= 0 or not np.isfinite(slope):
            if not pairs:
                break
            pairs.clear()
            continue
        trial = into_box(x + np.float32(step) * direction)
        trial_loss, trial_gradient = function(trial)
        on_evaluation(trial, trial_loss)
        left -= 1
        moved = trial - x
        if not finite(trial_loss, trial_gradient):
            trial_loss = np.inf
        if trial_loss <= loss + _SUFFICIENT * _dot(moved, gradient):
            _remember(pairs, moved, trial_gradient - gradient)
            x, loss, gradient, step = trial, trial_loss, trial_gradient, 1.0
        elif step > _SMALLEST_STEP:
            step *= _shorter(loss, step * slope, trial_loss)
        elif pairs:
            pairs.clear()
            step = 1.0
        else:
            break
    return x


def _dot(a: Array, b: Array) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        found = float(np.vdot(a, b))
    if _LEAST < abs(found) < np.inf:
        return found
    # What float32 cannot hold, or nothing.
    return float(np.vdot(a.astype(np.float64), b.astype(np.float64)))


def _free(x: Array, gradient: Array) -> Array:
    held = ((x <= LOWEST) & (gradient > 0)) | ((x >= HIGHEST) & (gradient < 0))
    return (~held).astype(np.float32)


def _direction(gradient: Array, pairs: deque[tuple[Array, Array, float]]) -> Array:
    """−H g by the two-loop recursion; without pairs, downhill by an RMS of four levels."""
    if not pairs:
        rms = float(np.sqrt(_dot(gradient, gradient) / gradient.size)) or 1.0
        return gradient * np.float32(-_FIRST_STEP / rms)
    q = gradient.copy()
    alphas: list[float] = []
    for s, y, rho in reversed(pairs):
        alphas.append(rho * _dot(s, q))
        q -= np.float32(alphas[-1]) * y
    _, y, rho = pairs[-1]
    q *= np.float32(1 / (rho * _dot(y, y)))
    for (s, y, rho), alpha in zip(pairs, reversed(alphas), strict=True):
        q += np.float32(alpha - rho * _dot(y, q)) * s
    return -q


def _remember(pairs: deque[tuple[Array, Array, float]], s: Array, y: Array) -> None:
    curvature = _dot(s, y)
    if curvature > 1e-10 * _dot(y, y) and np.isfinite(curvature):
        pairs.append((s, y, 1 / curvature))


def _shorter(loss: float, slope: float, trial_loss: float) -> float:
    """How much to shorten a step: the minimum of the parabola through what is known."""
    if not np.isfinite(trial_loss):
        return 0.1
    return float(np.clip(-slope / (2 * (trial_loss - loss - slope)), 0.1, 0.5))
