"""What becomes of a run at its end, good or bad: a picture, its loss as delivered, and a report."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from .growth import resized
from .losses.table import Losses
from .memory import is_shortage, let_go
from .pictures.tensors import Array, Levels
from .pyramid import Scale
from .report import Report
from .results import Interrupted, Result, UnfinishedError
from .scene import Scene


class Outcome:
    """The last part of a run.

    Args:
        scene: what was painted.
        report: of the run.
        started: when its set-up began, by ``time.perf_counter``.
    """

    def __init__(self, scene: Scene, report: Report, started: float) -> None:
        self._scene, self._report, self._started = scene, report, started
        self._began = perf_counter()
        self._picture: Levels | None = None
        report.setup = self._began - started

    def painted(self, x: Array) -> None:
        """The optimisation has ended with this picture, (1, 3, H, W) at the final size."""
        self._report.optimise = perf_counter() - self._began
        self._picture = self._scene.finish.picture(x)

    def judged(self, measured: Callable[[Array], Losses]) -> Result:
        """The result, with the loss of what is delivered: 8 bits, or 16."""
        assert self._picture is not None
        self._report.final = measured(self._scene.finish.judged(self._picture))
        return self._result(self._picture)

    def rescued(
        self, best: Array | None, end: BaseException
    ) -> Interrupted | UnfinishedError | None:
        """What to raise when something ends the run: with what is there of a picture, if any."""
        if self._picture is None and best is not None:
            self._paint_best(best)
        if self._picture is None:
            return None
        if isinstance(end, KeyboardInterrupt):
            self._report.interrupted = True
            return Interrupted(self._result(self._picture))
        self._report.error = f"{type(end).__name__}: {end}"
        return UnfinishedError(self._result(self._picture), end)

    def _paint_best(self, best: Array) -> None:
        """At the final size, or where memory does not suffice for that, at its own."""
        for height, width in ((self._scene.height, self._scene.width), best.shape[2:]):
            try:
                return self.painted(resized(best, Scale(height, width, 0)))
            except Exception as error:
                if not is_shortage(error):
                    raise
                let_go(error)
        return None

    def _result(self, picture: Levels) -> Result:
        self._report.total = perf_counter() - self._started
        alpha = self._scene.finish.transparency(*picture.shape[:2])
        return Result(picture, self._report.as_dict(), alpha)
