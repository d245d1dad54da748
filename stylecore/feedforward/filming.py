"""A film painted frame by frame, into a file that appears when it is done, whole or not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from .. import files
from ..errors import ImageError, StylecoreError
from ..memory import is_shortage
from .film import Film, painted_size, resized
from .filmwriter import FilmWriter
from .styler import Styler, check_size


@dataclass(frozen=True)
class Filmed:
    """How far a film has come.

    Attributes:
        frames: that are painted.
        count: that there are, as far as the file says; 0 where it does not.
        rate: frames a second.
        width: of a painted frame, in pixels.
        height: of it.
    """

    frames: int
    count: int
    rate: float
    width: int
    height: int

    @property
    def seconds(self) -> float:
        """How long what is painted takes."""
        return self.frames / self.rate

    @property
    def broke_off(self) -> bool:
        """Whether the file gave clearly fewer frames than it says that it has."""
        return self.frames < 0.98 * self.count - 2


OnFrame: TypeAlias = Callable[[Filmed], object]
Finish: TypeAlias = Callable[[Path, Filmed, bool], object]
"""Called with the painted film before it takes its place, and whether it is all of it."""


def paint_film(
    source: str | PathLike[str],
    target: str | PathLike[str],
    styler: Styler,
    *,
    size: int | None = None,
    on_note: Callable[[str], object] | None = None,
    on_frame: OnFrame | None = None,
    finish: Finish | None = None,
    opening: AbstractContextManager[object] | None = None,
) -> Filmed:
    """Paint a film, with the same rate of frames and the same size, and without sound.

    Whatever ends it early, Ctrl-C for example, is raised once the frames so far are in place.

    Args:
        source: the film.
        target: where the painted one goes; the suffix names the kind of file.
        styler: paints the frames.
        size: pixels of the longest side of the result; by default the film's own.
        on_note: told what is not done as one would expect, in a line.
        on_frame: called after every frame.
        finish: may add to the painted film before it takes its place.
        opening: entered while a file is opened: OpenCV may write to stderr which codecs it tries.

    Raises:
        ImageError: for a film that cannot be read, or a place that cannot be written.
        SettingsError: for a size that makes no sense.
        EngineError: when ONNX Runtime fails.
    """
    check_size(size)
    source, target = Path(source), Path(target)
    with Film(source) as film:
        try:
            with files.growing(target) as growing:
                height, width = painted_size(film, size)
                with opening or nullcontext():
                    writer = FilmWriter(growing, film.rate, width, height)
                if on_note is not None:
                    for note in _notes(film, writer, growing.suffix, width, height):
                        on_note(note)
                painted, end = _painted(film, writer, styler, height, width, on_frame)
                writer.check()
                if finish is not None:
                    finish(growing, painted, end is None)
        except OSError as error:
            raise ImageError(files.unwritable(target, error)) from error
    if end is not None:
        raise end
    return painted


def _notes(film: Film, writer: FilmWriter, suffix: str, width: int, height: int) -> list[str]:
    notes = list(film.notes)
    if (writer.width, writer.height) != (width, height):
        notes.append(
            f"{suffix} files have even sides: {film.path} becomes {writer.width}×{writer.height},"
            f" not {width}×{height}; .avi takes them as they are"
        )
    return notes


def _painted(
    film: Film,
    writer: FilmWriter,
    styler: Styler,
    height: int,
    width: int,
    on_frame: OnFrame | None,
) -> tuple[Filmed, BaseException | None]:
    """Paint frame by frame; how far it came, and what ended it before the end."""
    done = Filmed(0, film.count, film.rate, writer.width, writer.height)
    with writer:
        try:
            for frame in film:
                writer.write(styler.frame(resized(frame, height, width)))
                done = replace(done, frames=writer.count)
                if on_frame is not None:
                    on_frame(done)
        except (Exception, KeyboardInterrupt) as error:
            if not writer.count or not _leaves_something(error):
                raise
            return replace(done, frames=writer.count), error
    return done, None


def _leaves_something(error: BaseException) -> bool:
    """Whether what was painted before an error is worth keeping: not where the mistake is ours."""
    return isinstance(error, KeyboardInterrupt | StylecoreError | OSError) or is_shortage(error)
