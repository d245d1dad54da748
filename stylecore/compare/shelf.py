"""The shelf: the folder in which every run is kept, whole, from the moment it is done."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .. import files
from ..errors import StylecoreError
from ..pictures.images import encoded_image
from ..pictures.tensors import Levels
from ..workplace import held
from .run import Run
from .trial import Scales, Trial

RUNS = "runs"
PLOTS = "plots"
_LOCK = ".compare.lock"
_STRANGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)
_KEPT = 16
"""Digits of a key that a name has."""


class Shelf:
    """Runs, and the pictures that they delivered, in a folder.

    Attributes:
        folder: the folder of the whole comparison.

    Args:
        folder: it need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def held(self) -> Generator[None]:
        """Make the folder where it is not there yet, and keep other comparisons out of it.

        Raises:
            StylecoreError: for one in which nothing can be written, or another is at work.
        """
        with held(self.folder, (RUNS, PLOTS), _LOCK, "compares"):
            yield

    def find(self, trial: Trial, key: str) -> Run | None:
        """The run of a trial, if it is there with its picture; what is damaged is not there."""
        path = self._path(key, trial.what, trial.place.scales, sweep=trial.sweep)
        try:
            run = Run.of_dict(json.loads(path.read_bytes()))
        except (OSError, *_STRANGE):
            return None
        if run.key != key or not self.picture(run).is_file():
            return None
        # What pair and contender are called counts for nothing, and may be another name by now.
        return replace(run, place=trial.place, contender=trial.contender)

    def picture(self, run: Run) -> Path:
        """Where the picture of a run lies."""
        return self._of(run).with_suffix(".png")

    def keep(self, run: Run, picture: Levels) -> None:
        """Write a run: its picture first, so that a run that is there has one.

        Raises:
            StylecoreError: where it cannot be written.
        """
        for place, data in (
            (self.picture(run), encoded_image("picture.png", picture)),
            (self._of(run), json.dumps(run.as_dict(), allow_nan=False).encode()),
        ):
            try:
                files.write_atomically(place, data)
            except OSError as error:
                raise StylecoreError(files.unwritable(place, error)) from error

    def sweep_up(self) -> None:
        """Remove what a process that was killed while it wrote has left; others are kept out."""
        for left in (self.folder / RUNS).glob(".*.tmp"):
            left.unlink(missing_ok=True)

    def _of(self, run: Run) -> Path:
        return self._path(run.key, run.optimizer, run.place.scales, sweep=run.sweep)

    def _path(self, key: str, what: str, scales: Scales, *, sweep: bool) -> Path:
        kind = "sweep" if sweep else "run"
        return self.folder / RUNS / f"{kind}-{scales}-{what}-{key[:_KEPT]}.json"
