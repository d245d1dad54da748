"""scipy's L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995), set up so that it runs on pictures.

scipy shows nobody what it remembers, so a mark holds what it was told instead: told the same again,
it takes the same steps, and no evaluation is made anew.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from ..contract import Enough, Function, OnEvaluation
from ..pictures.tensors import Array
from ..settings import default_of
from .box import HIGHEST, LOWEST, finite, ignore, into_box, never
from .marks import OnMark, Packed

_FAR_UP = 1e10
"""What scipy is told instead of a loss that is no number, in units of the first: step back."""


class Told(NamedTuple):
    """One evaluation.

    Attributes:
        at: a checksum of the point.
        loss: there.
        gradient: there.
    """

    at: int
    loss: float
    gradient: Array


@dataclass(frozen=True)
class LbfgsMark:
    """Where the search stands.

    Attributes:
        start: where scipy last began.
        best: the best point so far.
        loss: there.
        unit: of the losses that scipy is told; 0 before the first.
        left: evaluations that may still be made.
        told: every evaluation since scipy began, first to last.
    """

    start: Array
    best: Array
    loss: float
    unit: float
    left: int
    told: tuple[Told, ...] = ()

    def packed(self) -> Packed:
        """All of it as numbers and arrays."""
        numbers = {"loss": self.loss, "unit": self.unit, "left": self.left}
        points, losses = [one.at for one in self.told], [one.loss for one in self.told]
        gradients = {f"gradient{number}": one.gradient for number, one in enumerate(self.told)}
        return Packed(
            {**numbers, "points": points, "losses": losses},
            {"start": self.start, "best": self.best, **gradients},
        )

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The mark that was packed.

        Raises:
            KeyError: where something is missing.
            ValueError: where a number is.
        """
        numbers, arrays = packed
        pairs = enumerate(zip(numbers["points"], numbers["losses"], strict=True))
        told = (Told(at, loss, arrays[f"gradient{number}"]) for number, (at, loss) in pairs)
        return cls(
            start=arrays["start"],
            best=arrays["best"],
            loss=numbers["loss"],
            unit=numbers["unit"],
            left=numbers["left"],
            told=tuple(told),
        )


class _EnoughError(Exception):
    """There is no going on: scipy checks its own count only between line searches."""


class _AstrayError(Exception):
    """Told the same, scipy takes other steps: this is another scipy, or another processor."""


class _Scaled:
    """The function as scipy needs it: float64, flat, variables and loss of order one.

    L-BFGS-B's first step has norm 1. Over half a million pixels that moves nothing, the loss does
    not change beyond rounding, and it stops at its start. With z = x/√n it moves every pixel by
    about a level.
    """

    def __init__(
        self,
        function: Function,
        mark: LbfgsMark,
        on_evaluation: OnEvaluation,
        on_mark: OnMark | None,
        enough: Enough,
    ) -> None:
        self.mark = mark
        self.shape, self.root = mark.start.shape, float(np.sqrt(mark.start.size))
        self._function, self._on_evaluation, self._on_mark = function, on_evaluation, on_mark
        self._again = iter(mark.told)
        self._enough = enough

    def begin(self) -> np.ndarray:
        """Where scipy begins."""
        return self.mark.start.astype(np.float64).ravel() / self.root

    def begin_anew(self) -> None:
        """From the best point, with nothing remembered."""
        self.mark = replace(self.mark, start=self.mark.best, told=())
        self._again = iter(())

    def __call__(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        x = into_box((z * self.root).astype(np.float32).reshape(self.shape))
        told = next(self._again, None)
        if told is None:
            loss, gradient = self._evaluated(x)
        else:
            loss, gradient = told.loss, told.gradient
            if told.at != zlib.crc32(x.data):
                raise _AstrayError
        if not finite(loss, gradient):
            if not self.mark.unit:
                raise _EnoughError  # there is nothing to start from
            return _FAR_UP, np.zeros_like(z)
        scaled = gradient.astype(np.float64).ravel() * (self.root / self.mark.unit)
        return loss / self.mark.unit, scaled

    def _evaluated(self, x: Array) -> tuple[float, Array]:
        mark = self.mark
        if not mark.left or (mark.unit and self._enough()):
            raise _EnoughError
        loss, gradient = self._function(x)
        self._on_evaluation(x, loss)
        mark = replace(mark, left=mark.left - 1)
        if finite(loss, gradient):
            mark = replace(mark, unit=mark.unit or abs(loss) or 1.0)
            if loss < mark.loss:
                mark = replace(mark, best=x, loss=loss)
        if self._on_mark is not None:
            told = Told(zlib.crc32(x.data), loss, gradient.copy())
            mark = replace(mark, told=(*mark.told, told) if mark.left else ())
            self._on_mark(mark)
        self.mark = mark
        return loss, gradient


def lbfgs(
    function: Function,
    x: Array,
    *,
    steps: int,
    memory: int = default_of("history_size"),
    on_evaluation: OnEvaluation = ignore,
    mark: LbfgsMark | None = None,
    on_mark: OnMark | None = None,
    enough: Enough = never,
) -> Array:
    """Minimise a function over the box 0–255 with ``scipy.optimize.minimize``.

    Args:
        function: x ↦ (loss, gradient).
        x: where to start.
        steps: evaluations of the function; the line search's count too.
        memory: pairs that the approximation of the Hessian is made of (scipy's ``maxcor``).
        on_evaluation: called after every evaluation.
        mark: of an earlier call with the same function and steps, to go on from; x does not count.
        on_mark: called with a mark after every evaluation. It holds every gradient since scipy
            began, which takes that much memory; without it, none is kept.
        enough: asked before every evaluation but the first, whether to end with what there is.

    Returns:
        The best point that was evaluated.
    """
    # Here, because it takes longer to load than all the rest and only this optimiser needs it.
    from scipy.optimize import Bounds, minimize  # pyright: ignore[reportUnknownVariableType]

    x = into_box(x)
    mark = mark or LbfgsMark(x, x, np.inf, 0.0, steps)
    scaled = _Scaled(function, mark, on_evaluation, on_mark, enough)
    bounds = Bounds(LOWEST / scaled.root, HIGHEST / scaled.root)
    options = {"maxcor": memory, "maxfun": steps, "maxiter": steps, "ftol": 0.0, "gtol": 0.0}
    while scaled.mark.left:
        before = scaled.mark.left + len(scaled.mark.told)  # when scipy began
        try:
            minimize(
                scaled,
                scaled.begin(),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options=options,
            )
        except _EnoughError:
            break
        except _AstrayError:
            scaled.begin_anew()
            continue
        # An abnormal line search ends a run early: start again from the best point, unless
        # even the first step of a run found nothing better.
        if before - scaled.mark.left <= 1:
            break
        scaled.begin_anew()
    return scaled.mark.best
