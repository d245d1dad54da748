"""The task of painting one picture: what is sent to a worker, what it does, what comes back."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from ..checkpoints.checkpoint import Checkpoint
from ..engine.cores import notes_on
from ..errors import CheckpointError, EngineError, ImageWarning, StylecoreError
from ..memory import REMEDY, is_shortage
from ..pictures.images import check_size, encoded_image
from ..pictures.metadata import read_metadata
from ..pictures.notes import Metadata
from ..provenance.inputs import Input, Inputs
from ..results import Result, Step, UnfinishedError
from ..scene import Scene, read_scene
from ..settings import Settings
from ..silence import native_silence
from ..version import __version__
from .bench import Bench, Told
from .parcel import Network, Parcel, Wanting, WantingError, laid_out
from .recipe import InputFile, Recipe

_PAUSE = 0.2
"""Seconds between two things that a task tells."""


@dataclass(frozen=True)
class Painted:
    """A picture.

    Attributes:
        data: the file.
        losses: of the delivered picture.
        strength: what it came to, as plain values; None without one.
        engine: what it was made on.
        seconds: that it took.
        resumed: how often it was gone on with after something had stopped it.
        warnings: what the user should know of it.
    """

    data: bytes = field(repr=False)
    losses: Mapping[str, float | None]
    strength: Mapping[str, Any] | None
    engine: Mapping[str, Any]
    seconds: float
    resumed: int
    warnings: list[str]


@dataclass(frozen=True)
class Refused:
    """Why a picture could not be painted, in one line."""

    reason: str


@dataclass(frozen=True)
class Halted:
    """All work was to end."""


class HaltedError(Exception):
    """All work is to end."""


@dataclass(frozen=True)
class PictureTask:
    """A picture to be painted.

    Attributes:
        number: by which what is told of it is known.
        name: of the file; its suffix says what it is encoded as.
        recipe: what it is made from.
        network: that it is made with.
        checkpoint: where it stands how far it has come; used by workers that see the lock beside
            it, or nothing.
        version: of stylecore, which a worker must have.
    """

    number: int
    name: str
    recipe: Recipe
    network: Network
    checkpoint: str = ""
    version: str = __version__

    def perform(self, parcel: Parcel, bench: Bench) -> Painted | Refused | Wanting | Halted:
        """Paint it."""
        try:
            self._check_version()
            with laid_out(self.recipe.inputs(), parcel) as files:
                try:
                    return self._painted(files, parcel, bench)
                except StylecoreError as error:
                    return _unfinished(error, files, self.recipe)
        except WantingError as error:
            return error.wanting
        except HaltedError:
            return Halted()
        except StylecoreError as error:
            return Refused(str(error))
        except Exception as error:
            if not is_shortage(error):
                raise
            return Refused(f"out of memory; {REMEDY}")

    def _painted(self, files: Mapping[str, Path], parcel: Parcel, bench: Bench) -> Painted:
        started = perf_counter()
        recipe, told = self.recipe, list[str]()
        settings = _as_laid_out(recipe, files)
        painter = bench.painter(self.network, settings, parcel)
        scene, metadata = _read(recipe, files, settings, told)
        check_size(self.name, scene.height, scene.width, settings.depth)
        paint = partial(
            painter.paint,
            scene,
            self._watching(bench),
            started=started,
            on_pilot=partial(_end_where_asked, bench),
        )
        result = self._going_on(paint, told)
        if metadata is not None:
            metadata = replace(metadata, made=result.made)
        report = result.report
        return Painted(
            data=encoded_image(self.name, result.picture, metadata),
            losses=report["final"] or {},
            strength=report["strength"],
            engine=report["engine"],
            seconds=report["seconds"]["total"],
            resumed=report["resumed"],
            warnings=[_named(one, files, recipe) for one in (*told, *_remarks(report))],
        )

    def _going_on(self, paint: Callable[..., Result], told: list[str]) -> Result:
        """Paint from where it was stopped; what is left of another run is no use, and goes."""
        path = Path(self.checkpoint)
        if not self.checkpoint or not path.with_suffix(".lock").is_file():
            return paint()
        try:
            return paint(checkpoint=Checkpoint(path, on_failure=told.append))
        except CheckpointError:
            with suppress(OSError):
                path.unlink()
        return paint(checkpoint=None if path.exists() else Checkpoint(path))

    def _check_version(self) -> None:
        if self.version != __version__:
            raise EngineError(
                f"a worker has stylecore {__version__}, and {self.version} gives out the work;"
                " install the same on both"
            )

    def _watching(self, bench: Bench) -> Callable[[Step], None]:
        last = 0.0

        def watch(step: Step) -> None:
            nonlocal last
            _end_where_asked(bench)
            now = time.monotonic()
            if now - last >= _PAUSE:
                last = now
                bench.tell(_told(self.number, step))

        return watch


def _end_where_asked(bench: Bench, _: object = None) -> None:
    if bench.halted():
        raise HaltedError


def _told(number: int, step: Step) -> Told:
    return Told(
        number=number,
        scale=step.scale,
        scales=step.scales,
        width=step.width,
        height=step.height,
        step=step.step,
        steps=step.steps,
        loss=step.loss,
        remaining=step.remaining,
    )


def _as_laid_out(recipe: Recipe, files: Mapping[str, Path]) -> Settings:
    """The settings, with the picture to start from where it lies here."""
    if recipe.start is None:
        return recipe.settings
    return replace(recipe.settings, init=str(files[recipe.start.sha256]))


_ONE_AT_A_TIME = threading.Lock()
"""Warnings are caught for the whole process."""


def _read(
    recipe: Recipe, files: Mapping[str, Path], settings: Settings, told: list[str]
) -> tuple[Scene, Metadata | None]:
    """Read all pictures; what their files ask for in vain is added to what is told."""
    content = files[recipe.content.sha256]
    styles = [files[style.sha256] for style in recipe.styles]
    carried = recipe.metadata
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught, native_silence():
        warnings.simplefilter("always", ImageWarning)
        metadata = None if carried == "off" else Metadata()
        if carried in ("no-gps", "all"):
            metadata = read_metadata(content, place=carried == "all")
        scene = read_scene(content, styles, settings, inputs=_inputs(recipe, files))
    told += dict.fromkeys(
        str(one.message) for one in caught if issubclass(one.category, ImageWarning)
    )
    return scene, metadata


def _inputs(recipe: Recipe, files: Mapping[str, Path]) -> Inputs:
    """What is looked at, by the names that it was given by."""

    def known(one: InputFile) -> Input:
        return one.as_input(files[one.sha256].stat().st_size)

    return Inputs(
        content=known(recipe.content),
        styles=tuple(map(known, recipe.styles)),
        start=None if recipe.start is None else known(recipe.start),
    )


def _remarks(report: Mapping[str, Any]) -> list[str]:
    """What a run warns of, but for what was asked for: threads."""
    asked = notes_on(report["engine"]["threads"])
    return [one for one in report["warnings"] if one not in asked]


def _named(text: str, files: Mapping[str, Path], recipe: Recipe) -> str:
    """The text with files by the names that they were given by."""
    for one in recipe.inputs():
        text = text.replace(str(files[one.sha256]), one.path)
    return text


def _unfinished(
    error: StylecoreError, files: Mapping[str, Path], recipe: Recipe
) -> Refused | Halted:
    if isinstance(error, UnfinishedError) and isinstance(error.__cause__, HaltedError):
        return Halted()
    return Refused(_named(" ".join(str(error).split()), files, recipe))


Answer = Painted | Refused | Wanting | Halted
"""What comes back of a task."""
