"""The journal of a run: what it writes into a checkpoint, and what it finds there of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from .checkpoints.archive import Saved
from .checkpoints.checkpoint import UNLIKE, Checkpoint
from .errors import CheckpointError
from .optimizers.marks import Mark, OnMark, Packed
from .optimizers.strategies import MARKS
from .pictures.tensors import Array
from .provenance.identity import Identity, differences
from .pyramid import Scale
from .record import Noted, Record
from .report import Report, versions
from .results import Result
from .settings import Optimizer
from .strength.calibrated import Calibrated

_STRANGE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What values lead to that are not of a checkpoint."""


@dataclass(frozen=True)
class Standing:
    """Where a run stands, but for its optimiser.

    Attributes:
        start: what its scale started from, (1, 3, H, W): targets may depend on it.
        noted: what the record knows.
        calibrated: what its strength came to, where it has one.
    """

    start: Array
    noted: Noted
    calibrated: Calibrated | None = None


class Journal:
    """What a run notes of itself in a checkpoint; without one, nothing.

    Attributes:
        result: what the run has come to already, or None.
        standing: where it stood when it was stopped, or None.

    Args:
        checkpoint: which one.
        identity: what must be the same for a run to be the same.
        scales: of the run.
        report: of the run; where it goes on, it gets what is there already.

    Raises:
        CheckpointError: where it is damaged, or of another run.
    """

    def __init__(
        self,
        checkpoint: Checkpoint | None,
        identity: Identity,
        scales: Sequence[Scale],
        report: Report,
    ) -> None:
        self.result: Result | None = None
        self.standing: Standing | None = None
        self._checkpoint, self._identity, self._report = checkpoint, identity, report
        self._began = perf_counter()
        self._mark: Mark | None = None
        finished, stands = (None, None) if checkpoint is None else checkpoint.begin()
        if checkpoint is not None and (saved := finished or stands) is not None:
            self._check(saved, checkpoint)
            try:
                self._take(finished, stands, scales)
            except _STRANGE:
                raise CheckpointError(f"{checkpoint.path} {UNLIKE}") from None

    def take_mark(self) -> Mark | None:
        """Where the optimiser stood; it is given once, since it takes much memory."""
        mark, self._mark = self._mark, None
        return mark

    def on_mark(self, start: Array, record: Record) -> OnMark | None:
        """What an optimiser tells where it stands, at a scale that started from there."""
        if self._checkpoint is None:
            return None
        return partial(self._note, self._checkpoint, start, record)

    def finish(self, result: Result) -> None:
        """The run has come to this."""
        if self._checkpoint is not None:
            self._checkpoint.finished(_saved_result(result, self._identity))

    def keep(self) -> None:
        """The run ends early: write where it stands.

        Whoever asks again meanwhile gives that up, and nothing else.
        """
        if self._checkpoint is not None:
            try:
                self._checkpoint.keep()
            except KeyboardInterrupt:
                self._checkpoint.failure = f"{self._checkpoint.path} was not written to the end"

    def notes(self) -> list[str]:
        """What the user should know of it."""
        failure = "" if self._checkpoint is None else self._checkpoint.failure
        return [failure] if failure else []

    def _check(self, saved: Saved, checkpoint: Checkpoint) -> None:
        try:
            then = Identity.of_dict(saved.values["identity"])
        except _STRANGE:
            raise CheckpointError(f"{checkpoint.path} {UNLIKE}") from None
        if others := differences(then, self._identity):
            raise CheckpointError(
                f"{checkpoint.path} is of another run: {'; '.join(others)}; give what it was begun"
                " with, or begin anew with another checkpoint"
            )

    def _take(self, finished: Saved | None, stands: Saved | None, scales: Sequence[Scale]) -> None:
        if finished is not None:
            values = finished.values["result"]
            arrays = finished.arrays
            self.result = Result(arrays["image"], dict(values), arrays.get("alpha"))
            self.finish(self.result)
        elif stands is not None:
            self.standing = _standing(stands, scales)
            self._mark = _mark(stands, self._report.settings.optimizer)
            self._report.scales = list(stands.values["scales"])
            self._report.before = float(stands.values["seconds"])
            self._report.resumed = int(stands.values["resumed"]) + 1
            self._report.warnings += _unlike_then(stands.values["on"], self._report)

    def _note(self, checkpoint: Checkpoint, start: Array, record: Record, mark: Mark) -> None:
        began = perf_counter()
        build = partial(self._saved, Standing(start, record.noted()), mark)
        checkpoint.at(build, sum(one.nbytes for one in mark.packed().arrays.values()))
        record.leave_out(perf_counter() - began)

    def _saved(self, standing: Standing, mark: Mark) -> Saved:
        report, noted, packed = self._report, standing.noted, mark.packed()
        scales = report.scales[: noted.index]
        last = report.scales[noted.index]
        calibrated = report.calibrated
        values = {
            "identity": self._identity.as_dict(),
            "strength": None if calibrated is None else calibrated.as_dict(),
            "on": _on(report),
            "noted": {name: one for name, one in vars(noted).items() if name != "best"},
            "mark": packed.numbers,
            "scales": [*scales, {**last, "steps": last["steps"][: noted.steps]}],
            "seconds": report.before + perf_counter() - self._began,
            "resumed": report.resumed,
        }
        arrays = {f"{_OF_MARK}{name}": one for name, one in packed.arrays.items()}
        arrays["start"] = standing.start
        if noted.best is not None:
            arrays["best"] = noted.best
        return Saved(values, arrays)


_OF_MARK = "mark."


def _standing(saved: Saved, scales: Sequence[Scale]) -> Standing:
    """What was saved, of the shapes that it must have.

    Raises:
        ValueError: for other shapes; or another of `_STRANGE`.
    """
    noted = Noted(best=saved.arrays.get("best"), **_noted(saved.values["noted"]))
    scale, told = scales[noted.index], saved.values["scales"]
    wanted = (1, 3, scale.height, scale.width)
    shapes = {one.shape for name, one in saved.arrays.items() if name != "best"}
    if shapes != {wanted} or (noted.best is not None and noted.best.shape[:2] != wanted[:2]):
        raise ValueError("of another size")
    if len(told) != noted.index + 1 or len(told[-1]["steps"]) != noted.steps:
        raise ValueError("another number of steps")
    calibrated = saved.values.get("strength")
    return Standing(saved.arrays["start"], noted, calibrated and Calibrated.of_dict(calibrated))


def _mark(saved: Saved, optimizer: Optimizer) -> Mark:
    arrays = {
        name.removeprefix(_OF_MARK): one
        for name, one in saved.arrays.items()
        if name.startswith(_OF_MARK)
    }
    return MARKS[optimizer].unpacked(Packed(saved.values["mark"], arrays))


def _noted(values: Mapping[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Callable[[Any], Any]] = {
        "index": int,
        "steps": int,
        "least": float,
        "in_a_row": int,
        "lost_at": int,
        "moved": bool,
        "notes": tuple,
    }
    return {name: kind(values[name]) for name, kind in kinds.items()}


def _saved_result(result: Result, identity: Identity) -> Saved:
    arrays: dict[str, Any] = {"image": result.image}
    if result.alpha is not None:
        arrays["alpha"] = result.alpha
    return Saved({"identity": identity.as_dict(), "result": result.report}, arrays)


def _on(report: Report) -> dict[str, Any]:
    """What a run computes on: its bits may depend on that."""
    engine = {"engine": f"{report.engine.name} in {report.engine.precision}"}
    return {**engine, **versions()}


def _unlike_then(then: Mapping[str, Any], report: Report) -> list[str]:
    now = _on(report)
    others = [f"{name} was {then.get(name)}, is {one}" for name, one in now.items()
              if then.get(name) != one]  # fmt: skip
    if not others:
        return []
    return [f"the run was begun elsewhere ({'; '.join(others)}); its last digits may differ"]
