"""``stylecore blend``: a strip of pictures between two styles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..settings import Settings
from .errors import INTERRUPTED, complain, native_silence
from .options import with_settings
from .outputs import Outputs, free_name
from .progress import Progress, progress_for
from .stylize import Content, Model, Offline, Output, Quiet, prepare

if TYPE_CHECKING:
    from ..images import Picture

First = Annotated[
    Path,
    typer.Argument(metavar="FIRST", help="The style of the first picture.", show_default=False),
]
Second = Annotated[
    Path,
    typer.Argument(metavar="SECOND", help="The style of the last picture.", show_default=False),
]
Count = Annotated[int, typer.Option(metavar="PICTURES", help="How many pictures, ends included.")]
Each = Annotated[
    bool, typer.Option("--each", help="Write each picture beside the strip too: strip.1.png …")
]


@with_settings
def blend(
    content: Content,
    first: First,
    second: Second,
    settings: Settings,
    output: Output = None,
    count: Count = 5,
    each: Each = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Paint CONTENT as a strip of pictures from the FIRST style to the SECOND.

    Each picture is started from the one before, so that things keep their places.
    """
    from ..images import check_writable, read_image, write_image
    from ..strip import side_by_side

    inputs = [content, first, second]
    strip = output or free_name(content, [first, second])
    numbers = range(1, count + 1) if each else ()
    single = [strip.with_name(f"{strip.stem}.{number}{strip.suffix}") for number in numbers]
    for path in (strip, *single):
        Outputs(path).check(inputs, settings.steps)
        check_writable(path)
    with native_silence():
        pictures = [read_image(path) for path in inputs]
    try:
        with progress_for(quiet=quiet) as progress:
            artefact = prepare(settings, model, offline, progress)
            found = _paint(pictures, count, artefact, settings, progress)
    except KeyboardInterrupt:
        complain("interrupted; nothing was written")
        raise typer.Exit(INTERRUPTED) from None
    write_image(strip, side_by_side(found))
    for path, picture in zip(single, found, strict=False):
        write_image(path, picture)
    if not quiet:
        typer.echo(f"{strip}: {count} pictures")


def _paint(
    pictures: list[Picture], count: int, artefact: Path, settings: Settings, progress: Progress
) -> list[Picture]:
    from ..strip import blend_strip

    content, first, second = pictures
    results = blend_strip(
        content,
        first,
        second,
        count=count,
        model=artefact,
        settings=settings,
        on_step=progress.step,
    )
    return [result.image for result in results]
