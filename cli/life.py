"""The options of a run's life: the checkpoint it goes on from, and a preview on its way."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import files
from ..errors import SettingsError, StylecoreError
from .common import optional
from .errors import complain
from .options import with_options
from .outputs import Outputs
from .standard import STANDARD, named

if TYPE_CHECKING:
    from ..checkpoints.checkpoint import Checkpoint
    from ..preview import Preview
    from ..provenance.inputs import Inputs
    from ..results import Step
    from .progress import Progress

_PANEL = "The run"

_Checkpoint = Annotated[
    Path | None,
    optional(
        "FILE",
        "Write here where the run stands, every 30 seconds and when a signal ends it; --resume "
        "goes on from there. The file is removed when the picture is finished.",
        panel=_PANEL,
    ),
]
_Every = Annotated[
    float | None,
    typer.Option(
        "--checkpoint-every",
        metavar="SECONDS",
        min=0,
        help="Seconds between two checkpoints; 0 writes one after every step. Left out, 30, or as "
        "many as keep the time that they take below 2 % of the run's.",
        rich_help_panel=_PANEL,
        show_default=False,
    ),
]
_Resume = Annotated[
    Path | None,
    optional(
        "FILE",
        "Go on from this checkpoint, to the very picture that the run would have come to; give "
        "the rest of the command as before. With --checkpoint and the same FILE, begin where "
        "there is none yet.",
        panel=_PANEL,
    ),
]
_Preview = Annotated[
    Path | None,
    optional(
        "FILE",
        "Keep a picture of at most 512 pixels up to date here while the run goes on, for a viewer "
        "that loads it again.",
        panel=_PANEL,
    ),
]

_OPTIONS = {
    "checkpoint": _Checkpoint,
    "checkpoint_every": _Every,
    "resume": _Resume,
    "preview": _Preview,
}


@dataclass(frozen=True)
class Life:
    """The options as they were given.

    Attributes:
        checkpoint: the file of one, or None.
        every: seconds between two of them, or None.
        resume: the file of the one to go on from, or None.
        preview: the file of the preview, or None.
    """

    checkpoint: Path | None
    every: float | None
    resume: Path | None
    preview: Path | None

    @classmethod
    def given(cls, values: dict[str, Any]) -> Life:
        """From the options' values, by name."""
        return cls(
            checkpoint=values["checkpoint"],
            every=values["checkpoint_every"],
            resume=values["resume"],
            preview=values["preview"],
        )

    def expect(self, outputs: Outputs) -> None:
        """Make sure that all of it can be written.

        Raises:
            StylecoreError: for a place that cannot be written, or that is taken.
        """
        place = self._place()
        if place is not None:
            outputs.expect_file(place)
        if self.preview is not None:
            if self.preview == STANDARD:
                raise SettingsError("--preview needs a file, which it writes over and over")
            outputs.expect_picture(self.preview)

    def opened(self, *, quiet: bool) -> Checkpoint | None:
        """The checkpoint, read where it is there, or None where none was asked for.

        Raises:
            CheckpointError: for one that is damaged.
            SettingsError: where one is there that was not to be resumed, or not there.
        """
        from ..checkpoints.checkpoint import Checkpoint

        place = self._place()
        if place is None:
            return None
        checkpoint, there = Checkpoint(place, every=self.every), files.is_there(place)
        if there and self.resume is None:
            raise SettingsError(
                f"{place} is there already; give --resume {place} to go on with it, or another name"
            )
        if not there and self.checkpoint is None:
            raise SettingsError(
                f"{files.missing(place)}; give the checkpoint of a run that was stopped, or"
                f" --checkpoint {place} as well to begin one"
            )
        checkpoint.read()
        if there and not quiet:
            complain(f"going on with {place}")
        return checkpoint

    def previewing(self, outputs: Outputs, size: int, progress: Progress) -> Preview | None:
        """The preview of a picture whose longer side is so many pixels, or None."""
        from ..preview import LONGEST, Preview

        if self.preview is None:
            return None
        return Preview(
            self.preview,
            longest=min(LONGEST, size),
            on_failure=partial(going_on_without, progress),
            write=outputs.write_picture,
        )

    def _place(self) -> Path | None:
        both = {one for one in (self.checkpoint, self.resume) if one is not None}
        if STANDARD in both:
            raise SettingsError("a checkpoint needs a file; give the path of one")
        if len(both) > 1:
            raise SettingsError(
                f"--resume {self.resume} goes on in that file; leave out --checkpoint, or give it"
                " the same"
            )
        if self.every is not None and not both:
            raise SettingsError("--checkpoint-every needs a --checkpoint")
        return next(iter(both), None)


def with_life(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options in place of its parameter ``life``."""
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _OPTIONS.items()
    ]
    return with_options(command, "life", options, Life.given)


def former_output(
    checkpoint: Checkpoint | None, folder: Path | None, inputs: Callable[[], Inputs]
) -> Path | None:
    """Where the picture of a run that is resumed was going to, if that is still its own place.

    That is one without a file, or with the best picture so far of the same inputs: what stands
    there otherwise is somebody else's.

    Args:
        checkpoint: of the run, or None.
        folder: in which the picture shall be, or None for the current one.
        inputs: gives those of the run.
    """
    noted = None if checkpoint is None else checkpoint.note.get(_OUTPUT)
    if not isinstance(noted, str):
        return None
    path = (folder or Path()) / Path(noted).name
    if path.absolute() != Path(noted):
        return None
    return path if not files.is_there(path) or _is_unfinished(path, inputs()) else None


def _is_unfinished(path: Path, inputs: Inputs) -> bool:
    """Whether a file has the best picture so far of a run with these inputs."""
    from ..provenance.identity import changes
    from ..provenance.provenance import read_provenance

    try:
        made = read_provenance(path)
    except StylecoreError:
        return False
    if made is None or made.finished:
        return False
    return not changes(dict(made.inputs.named()), dict(inputs.named()))


def note_output(picture: Path, checkpoint: Checkpoint | None) -> None:
    """Let a checkpoint know where its picture goes, and sweep what a killed process left there."""
    if checkpoint is not None and picture != STANDARD:
        files.sweep(picture)
        checkpoint.note[_OUTPUT] = str(picture.absolute())


_OUTPUT = "output"


def going_on_without(progress: Progress, line: str) -> None:
    """Say that something cannot be written which the run can do without."""
    progress.say(f"stylecore: {line}; the run goes on without it")


def watching(*those: Callable[[Step], object] | None) -> Callable[[Step], None]:
    """Shows each step to all of those that are there."""
    there = [one for one in those if one is not None]

    def watch(step: Step) -> None:
        for one in there:
            one(step)

    return watch


def where_it_goes_on(checkpoint: Checkpoint | None) -> list[str]:
    """What to say of the checkpoint of a run that ended early; nothing where there is none."""
    if checkpoint is None:
        return []
    if checkpoint.failure:
        return [checkpoint.failure]
    there = checkpoint.is_there()
    return [f"--resume {named(checkpoint.path)} goes on from there"] if there else []
