"""L-BFGS in float32 with projection onto the box: one evaluation a step, almost always.

Liu & Nocedal 1989 for the two-loop recursion; Bertsekas 1982 for the projection: variables that
sit on a bound and would leave the box are held, and the recursion runs over the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..contract import Enough, Function, OnEvaluation
from ..pictures.tensors import Array
from .box import HIGHEST, LOWEST, finite, ignore, into_box, never, within_box
from .marks import OnMark, Packed, unmarked
from .pairs import Half, Kept, Memory, Pair, add, dot, keep, product

_SUFFICIENT = 1e-4
_FIRST_STEP = 4.0
_SMALLEST_STEP = 1e-3
_USUAL = Memory()


@dataclass(frozen=True)
class ProjectedLbfgsMark:
    """Where the search stands.

    Attributes:
        x: the best point so far.
        loss: there.
        gradient: there.
        pairs: the latest last.
        step: how much of the direction is tried next.
        left: evaluations that it may still take; none once there is no going on.
    """

    x: Array
    loss: float
    gradient: Array
    pairs: tuple[Pair, ...]
    step: float
    left: int

    def packed(self) -> Packed:
        """All of it as numbers and arrays."""
        numbers = {"loss": self.loss, "step": self.step, "left": self.left}
        arrays: dict[str, Any] = {"x": self.x, "gradient": self.gradient}
        exponents: dict[str, int] = {}
        for number, pair in enumerate(self.pairs):
            for name, one in ((f"s{number}", pair.s), (f"y{number}", pair.y)):
                arrays[name] = one.values if isinstance(one, Half) else one
                if isinstance(one, Half):
                    exponents[name] = one.exponent
        rhos = [pair.rho for pair in self.pairs]
        return Packed({**numbers, "rhos": rhos, "exponents": exponents}, arrays)

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The mark that was packed.

        Raises:
            KeyError: where something is missing.
        """
        numbers, arrays = packed
        exponents = numbers.get("exponents", {})

        def known(name: str) -> Kept:
            halves: Any = arrays[name]
            return Half(halves, exponents[name]) if name in exponents else arrays[name]

        pairs = (
            Pair(known(f"s{number}"), known(f"y{number}"), rho)
            for number, rho in enumerate(numbers["rhos"])
        )
        return cls(
            x=arrays["x"],
            loss=numbers["loss"],
            gradient=arrays["gradient"],
            pairs=tuple(pairs),
            step=numbers["step"],
            left=numbers["left"],
        )


def projected_lbfgs(
    function: Function,
    x: Array,
    *,
    steps: int,
    memory: Memory = _USUAL,
    on_evaluation: OnEvaluation = ignore,
    mark: ProjectedLbfgsMark | None = None,
    on_mark: OnMark = unmarked,
    enough: Enough = never,
) -> Array:
    """Minimise a function over the box 0–255.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function, line searches included.
        memory: how much the approximation of the Hessian is made of.
        on_evaluation: called after every evaluation.
        mark: of an earlier call with the same function, to go on from; neither x nor steps count.
        on_mark: called with a mark whenever there is a new one.
        enough: asked before every evaluation but the first, whether to end with what there is.

    Returns:
        The best point that was evaluated.
    """
    mark = mark or _begun(function, x, steps, on_evaluation)
    on_mark(mark)
    while mark.left and not enough():
        mark = _advanced(mark, function, memory, on_evaluation)
        if not mark.left:
            mark = replace(mark, pairs=())  # which nobody wants any more
        on_mark(mark)
    return mark.x


def _begun(
    function: Function, x: Array, steps: int, on_evaluation: OnEvaluation
) -> ProjectedLbfgsMark:
    x = x if within_box(x) else into_box(x)  # of a large picture there should be one
    loss, gradient = function(x)
    on_evaluation(x, loss)
    left = steps - 1 if finite(loss, gradient) else 0
    return ProjectedLbfgsMark(x, loss, gradient, (), 1.0, left)


def _advanced(
    mark: ProjectedLbfgsMark, function: Function, memory: Memory, on_evaluation: OnEvaluation
) -> ProjectedLbfgsMark:
    """One evaluation further, or without the pairs that lead nowhere."""
    x, gradient = mark.x, mark.gradient
    trial, slope = _trial(mark)
    if slope >= 0 or not np.isfinite(slope):
        return replace(mark, pairs=()) if mark.pairs else replace(mark, left=0)
    trial_loss, trial_gradient = function(trial)
    on_evaluation(trial, trial_loss)
    left = mark.left - 1
    if not finite(trial_loss, trial_gradient):
        trial_loss = np.inf
    if trial_loss <= mark.loss + _SUFFICIENT * dot(trial - x, gradient):
        pairs = mark.pairs
        if left:
            pairs = _remembered(pairs, (trial, x), (trial_gradient, gradient), memory)
        return ProjectedLbfgsMark(trial, trial_loss, trial_gradient, pairs, 1.0, left)
    if mark.step > _SMALLEST_STEP:
        shorter = mark.step * _shorter(mark.loss, mark.step * slope, trial_loss)
        return replace(mark, step=shorter, left=left)
    if mark.pairs:
        return replace(mark, pairs=(), step=1.0, left=left)
    return replace(mark, left=0)


def _trial(mark: ProjectedLbfgsMark) -> tuple[Array, float]:
    """The point that is tried next, and the slope of the loss towards it."""
    free = _free(mark.x, mark.gradient)
    direction = _direction(np.multiply(mark.gradient, free, order="C"), mark.pairs)
    direction *= free
    slope = dot(direction, mark.gradient)
    direction *= np.float32(mark.step)
    direction += mark.x
    return np.clip(direction, LOWEST, HIGHEST, out=direction), slope


def _free(x: Array, gradient: Array) -> NDArray[np.bool_]:
    return ~(((x <= LOWEST) & (gradient > 0)) | ((x >= HIGHEST) & (gradient < 0)))


def _direction(q: Array, pairs: tuple[Pair, ...]) -> Array:
    """−H g by the two-loop recursion; without pairs, downhill by an RMS of four levels.

    The gradient is given away: it becomes the direction.
    """
    if not pairs:
        rms = float(np.sqrt(dot(q, q) / q.size)) or 1.0
        q *= np.float32(-_FIRST_STEP / rms)
        return q
    alphas: list[float] = []
    for pair in reversed(pairs):
        alphas.append(pair.rho * product(pair.s, q))
        add(q, -alphas[-1], pair.y)
    latest = pairs[-1]
    q *= np.float32(1 / (latest.rho * product(latest.y, latest.y)))
    for pair, alpha in zip(pairs, reversed(alphas), strict=True):
        add(q, alpha - pair.rho * product(pair.y, q), pair.s)
    return np.negative(q, out=q)


def _remembered(
    pairs: tuple[Pair, ...],
    points: tuple[Array, Array],
    gradients: tuple[Array, Array],
    memory: Memory,
) -> tuple[Pair, ...]:
    """The pairs with that of the last step: after and before it, the point and the gradient."""
    s, y = (keep(after - before, half=memory.half) for after, before in (points, gradients))
    curvature, square = product(s, y), product(y, y)
    if curvature > 1e-10 * square and np.isfinite(curvature):
        pairs = (*pairs, Pair(s, y, 1 / curvature))
    return pairs[max(0, len(pairs) - memory.pairs) :]


def _shorter(loss: float, slope: float, trial_loss: float) -> float:
    """How much to shorten a step: the minimum of the parabola through what is known."""
    if not np.isfinite(trial_loss):
        return 0.1
    return float(np.clip(-slope / (2 * (trial_loss - loss - slope)), 0.1, 0.5))
