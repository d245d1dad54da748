"""Takes note of a run: every evaluation, the best picture so far, the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

import numpy as np

from .control.finish import Finish
from .engine.objective import Objective
from .errors import EngineError
from .pictures.tensors import Array
from .pyramid import Scale
from .report import Report
from .results import Step

OnStep: TypeAlias = Callable[[Step], object]

_LOST = 3
"""Evaluations in a row without a finite loss, at the end of a scale: the search is lost."""

_A_MOVE = 0.5
"""Levels: less is lost when a picture is rounded."""

_UNMOVED = (
    "the picture did not move: no step was better than what the run started from; give other"
    " weights or more steps"
)


@dataclass(frozen=True)
class Noted:
    """What a record knows between two evaluations.

    Attributes:
        index: of the scale.
        steps: evaluations at this scale.
        best: the picture (1, 3, h, w) of the least loss, or None.
        least: that loss; infinite where this scale has none.
        in_a_row: evaluations without a finite loss, up to now.
        lost_at: the first of them at this scale, from 1; 0 where there was none.
        moved: whether a step has moved the picture.
        notes: what the user should know.
    """

    index: int
    steps: int
    best: Array | None
    least: float
    in_a_row: int
    lost_at: int
    moved: bool
    notes: tuple[str, ...]


class Record:
    """What has happened so far in a run; called after every evaluation of the objective.

    Attributes:
        best: the picture (1, 3, H, W) of the least loss at the last scale that has one, or None.

    Args:
        scales: those of the run.
        objective: what is evaluated.
        finish: how pictures are shown.
        report: what the figures are added to.
        on_step: whoever wants to be told of every step.
    """

    def __init__(
        self,
        scales: Sequence[Scale],
        objective: Objective,
        finish: Finish,
        report: Report,
        on_step: OnStep | None = None,
    ) -> None:
        self.best: Array | None = None
        self._scales, self._objective = scales, objective
        self._finish, self._report, self._on_step = finish, report, on_step
        self._index, self._least, self._last = -1, np.inf, 0.0
        self._seconds: list[float] = []
        self._in_a_row, self._lost_at = 0, 0
        self._start: Array | None = None
        self._moved, self._notes = False, list[str]()

    def finish(self, *, moves: bool = True) -> list[str]:
        """The last scale has ended; returns what the user should know of the run.

        Args:
            moves: whether the picture should have moved.

        Raises:
            EngineError: as :meth:`begin`.
        """
        self._end_scale()
        return self._notes if self._moved or not moves else [*self._notes, _UNMOVED]

    def _end_scale(self) -> None:
        here = self._describe_scale()
        if np.isinf(self._least) or self._in_a_row >= _LOST:
            raise EngineError(
                f"the loss is no finite number at {here}, from step {self._lost_at} on; give other"
                " weights, or --engine cpu"
            )
        if self._lost_at:
            self._notes.append(
                f"the loss was no finite number at {here}, first at step {self._lost_at}; the"
                " search went back"
            )

    def begin(self) -> None:
        """The next scale begins.

        Raises:
            EngineError: where the loss was no number at the last one, and the search found no way
                back.
        """
        if self._index >= 0:
            self._end_scale()
        self._index += 1
        self._start = None
        self._least, self._seconds = np.inf, []
        self._in_a_row, self._lost_at = 0, 0
        self._report.begin(self._scales[self._index])
        self._last = perf_counter()

    def noted(self) -> Noted:
        """What is known up to now, to go on from later."""
        return Noted(
            index=self._index,
            steps=len(self._seconds),
            best=self.best,
            least=float(self._least),
            in_a_row=self._in_a_row,
            lost_at=self._lost_at,
            moved=self._moved,
            notes=tuple(self._notes),
        )

    def recall(self, noted: Noted) -> None:
        """Know what was noted; the report has these scales and steps already."""
        self._index, self.best, self._least = noted.index, noted.best, noted.least
        self._in_a_row, self._lost_at = noted.in_a_row, noted.lost_at
        self._moved, self._notes = noted.moved, list(noted.notes)
        self._seconds = [step["seconds"] for step in self._report.scales[-1]["steps"]]

    def go_on(self, start: Array) -> None:
        """The scale of what was recalled goes on; it had started from this picture."""
        self._start = None if self._moved else start
        self._last = perf_counter()

    def leave_out(self, seconds: float) -> None:
        """So long was something else done than what the next step is for."""
        self._last += seconds

    def __call__(self, x: Array, loss: float, /) -> None:
        """An evaluation at x, what is painted, gave this loss."""
        now = perf_counter()
        self._seconds.append(now - self._last)
        picture = self._objective.picture(x)
        if self._start is None and not self._moved:
            self._start = picture
        self._look_at(picture, loss)
        self._report.add(len(self._seconds), self._objective.losses, self._seconds[-1])
        if self._on_step is not None:
            self._on_step(self._step(picture))
        self._last = perf_counter()

    def _look_at(self, picture: Array, loss: float) -> None:
        if not np.isfinite(loss):
            self._in_a_row += 1
            self._lost_at = self._lost_at or len(self._seconds)
            return
        self._in_a_row = 0
        if loss < self._least:
            self.best, self._least = picture, loss
            self._moved = self._moved or _has_moved(self._start, picture)
            if self._moved:
                self._start = None  # which may be as large as memory is short

    def _describe_scale(self) -> str:
        scale = self._scales[self._index]
        return f"scale {self._index + 1}/{len(self._scales)} ({scale.width}×{scale.height})"

    def _step(self, picture: Array) -> Step:
        scale, losses = self._scales[self._index], self._objective.losses
        return Step(
            scale=self._index + 1,
            scales=len(self._scales),
            width=scale.width,
            height=scale.height,
            step=len(self._seconds),
            steps=scale.steps,
            done=sum(len(one["steps"]) for one in self._report.scales),
            loss=losses["loss"],
            parts={name: loss for name, loss in losses.items() if name != "loss"},
            seconds=self._seconds[-1],
            remaining=self._remaining(),
            picture=lambda: self._finish.shown(picture),
        )

    def _remaining(self) -> float:
        """From the median step at this scale: a step costs in proportion to the work."""
        here, ahead = self._scales[self._index], self._scales[self._index + 1 :]
        each = float(np.median(self._seconds)) / here.work
        work = (here.steps - len(self._seconds)) * here.work
        return max(0.0, each * (work + sum(one.steps * one.work for one in ahead)))


def _has_moved(start: Array | None, picture: Array) -> bool:
    """Whether any pixel of two pictures (1, 3, H, W) is another, a channel at a time."""
    if start is None or start is picture:
        return False
    pairs = zip(start[0], picture[0], strict=True)
    return any(bool(np.abs(one - other).max() >= _A_MOVE) for one, other in pairs)
