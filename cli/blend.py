"""``stylecore blend``: a strip of pictures between two styles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SettingsError
from ..settings import Settings
from .common import Content, Metadata, Model, Offline, Quiet, argument, metadata_of, output
from .errors import FAILED, complain, how_it_ended, while_reading
from .names import beside, place_of
from .options import HELP, SettingsFile, with_settings_of
from .order import start_of
from .outputs import Outputs, model_files
from .painters import open_painter
from .progress import Progress, progress_for
from .rescue import placed
from .signals import LISTENER
from .standard import STANDARD, given, named
from .where import Where, with_where

if TYPE_CHECKING:
    from ..painter import Painter
    from ..pictures.notes import Metadata as Carried
    from ..pictures.tensors import Picture
    from ..results import Result
    from ..scene import Scene

First = Annotated[Path, argument("FIRST", "The style of the first picture.")]
Second = Annotated[Path, argument("SECOND", "The style of the last picture.")]
Output = Annotated[
    Path | None,
    output(
        "Where the strip goes: .png, .jpg, .webp, .tif or .bmp. "
        "Left out, a new CONTENT-FIRST-SECOND.png in the current folder; a folder gets it instead, "
        "and - is standard output, as PNG."
    ),
]
Count = Annotated[int, typer.Option(metavar="PICTURES", help="How many pictures, ends included.")]
Each = Annotated[
    bool, typer.Option("--each", help="Write each picture beside the strip too: strip.1.png …")
]


@with_settings_of(*(name for name in HELP if name != "blend"))  # a strip blends by itself
@with_where
def blend(
    content: Content,
    first: First,
    second: Second,
    settings: Settings,
    where: Where,
    output: Output = None,
    settings_file: SettingsFile = None,
    count: Count = 5,
    each: Each = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    metadata: Metadata = "no-gps",
) -> None:
    """Paint CONTENT as a strip of pictures from the FIRST style to the SECOND.

    Each picture is started from the one before, so that things keep their places. Ctrl-C,
    SIGTERM and SIGHUP end the strip early and write the pictures that are there.
    """
    content, first, second = given(content), given(first), given(second)
    further = [*start_of(settings), *([] if settings_file is None else [settings_file])]
    outputs = Outputs([content, first, second, *further, *where.paths(), *model_files(model)])
    with place_of(output, content, [first, second]) as strip:
        if each and strip == STANDARD:
            raise SettingsError("--each needs a file to put pictures beside; give --output")
        for path in (strip, *_names(strip, count if each else 0)):
            outputs.expect_picture(path)
        scene = _read(content, [first, second], count, settings, where)
        for note in () if quiet else scene.notes():
            complain(note)
        found: list[Picture] = []
        write = partial(_write, outputs, strip, each, metadata_of(content, metadata))
        try:
            with progress_for(quiet=quiet) as progress:
                painter = open_painter(settings, model, offline, progress)
                _paint(painter, scene, count, progress, found)
                LISTENER.finish()
        except (Exception, KeyboardInterrupt) as end:
            LISTENER.finish()
            found += _last_of(end, found)
            if not found and not isinstance(end, KeyboardInterrupt):
                raise
            lies, failures = write(found)
            words, status = how_it_ended(end)
            _say_ended("; ".join([words, *failures]), lies, len(found))
            raise typer.Exit(FAILED if failures else status) from None
        lies, failures = write(found)
    if failures:
        complain("; ".join([*failures, f"the strip is in {named(lies)}"]))
        raise typer.Exit(FAILED)
    if not quiet:
        typer.echo(f"{named(strip)}: {count} pictures", err=strip == STANDARD)


def _names(strip: Path, count: int) -> list[Path]:
    """Where each picture goes: ``strip.1.png`` beside ``strip.png``."""
    return [beside(strip, str(number + 1)) for number in range(count)]


def _read(
    content: Path, styles: Sequence[Path], count: int, settings: Settings, where: Where
) -> Scene:
    from ..scene import read_scene
    from ..strip import check_strip

    check_strip(count, settings)
    with while_reading():
        return read_scene(content, styles, settings, **where.controls(len(styles), settings.size))


def _paint(
    painter: Painter, scene: Scene, count: int, progress: Progress, found: list[Picture]
) -> None:
    """Append picture after picture to what is found, so that an interruption leaves them."""
    from ..strip import paint_strip

    paint_strip(painter, scene, count, progress.step, lambda result: found.append(result.picture))


def _last_of(end: BaseException, found: Sequence[Picture]) -> list[Picture]:
    """The picture that was being painted, where it has the size of those that are found."""
    best: Result | None = getattr(end, "result", None)
    if best is None or (found and best.picture.shape != found[0].shape):
        return []
    return [best.picture]


def _write(
    outputs: Outputs,
    strip: Path,
    each: bool,
    metadata: Carried | None,
    pictures: Sequence[Picture],
) -> tuple[Path, list[str]]:
    """Write what there is; returns where the strip lies, and what went wrong."""
    from ..strip import side_by_side

    if not pictures:
        return strip, []
    write = partial(outputs.write_picture, metadata=metadata)
    where, reason = placed(strip, ".png", partial(write, picture=side_by_side(pictures)))
    failures = [reason] if reason else []
    for path, picture in zip(_names(strip, len(pictures) if each else 0), pictures, strict=False):
        there, reason = placed(path, ".png", partial(write, picture=picture))
        failures += [f"{reason}; it is in {there}"] if reason else []
    return where, failures


def _say_ended(words: str, strip: Path, count: int) -> None:
    if count:
        pictures = "1 picture is" if count == 1 else f"{count} pictures are"
        complain(f"{words}; {pictures} in {named(strip)}, the last as far as it came")
    else:
        complain(f"{words} before there was a picture; nothing was written")
