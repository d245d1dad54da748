"""``stylecore stylize``: a photograph and paintings in, a picture out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..engine.cores import notes_on
from ..errors import StylecoreError
from ..results import Interrupted, UnfinishedError
from ..settings import Settings
from .common import (
    Content,
    Metadata,
    Model,
    Offline,
    Quiet,
    argument,
    metadata_of,
    optional,
    output,
)
from .delivery import Delivery
from .errors import FAILED, complain, how_it_ended, while_reading
from .names import place_of
from .options import SettingsFile, with_settings
from .outputs import Outputs, model_files
from .progress import Progress, progress_for
from .signals import LISTENER
from .standard import given, named
from .where import Where, with_where

if TYPE_CHECKING:
    from ..painter import Painter
    from ..pictures.tensors import Picture
    from ..results import Result, Step
    from ..scene import Controls, Scene

Styles = Annotated[
    list[Path],
    argument("STYLE", "The painting; several are blended, evenly or by --blend."),
]
Output = Annotated[
    Path | None,
    output(
        "Where the picture goes: .png, .jpg, .webp, .tif or .bmp. "
        "Left out, a new CONTENT-STYLE.png in the current folder; a folder gets it instead, and - "
        "is standard output, as PNG."
    ),
]
SaveEvery = Annotated[
    int,
    typer.Option(
        metavar="STEPS",
        help="Keep the picture after each so many steps beside the output, at the size of its "
        "scale: picture.0050.png; 0 keeps none.",
    ),
]
Report = Annotated[
    Path | None,
    optional("FILE", "Write settings, losses and times here, as JSON; - is standard output."),
]
FineStyle = Annotated[
    Path | None,
    optional(
        "FILE",
        "Give the first STYLE the fine strokes of this one before: coarse form from the one, "
        "fine strokes from the other.",
    ),
]


@with_settings
@with_where
def stylize(
    content: Content,
    style: Styles,
    settings: Settings,
    where: Where,
    output: Output = None,
    settings_file: SettingsFile = None,
    save_every: SaveEvery = 0,
    report: Report = None,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    fine_style: FineStyle = None,
    metadata: Metadata = "no-gps",
) -> None:
    """Paint CONTENT in the manner of STYLE.

    Ctrl-C, SIGTERM, SIGHUP, or whatever else ends the search early, leaves the best picture so far.
    """
    content, style = given(content), [given(one) for one in style]
    fine_style = None if fine_style is None else given(fine_style)
    single = [one for one in (fine_style, settings_file) if one is not None]
    further = [*start_of(settings), *single]
    outputs = Outputs([content, *style, *further, *where.paths(), *model_files(model)])
    with place_of(output, content, style) as picture:
        delivery = Delivery(outputs, picture, report, save_every, metadata_of(content, metadata))
        delivery.expect(settings.steps)
        started = perf_counter()
        with while_reading(delivery.warnings):
            controls = where.controls(len(style), settings.size)
            scene, fine = _read(content, style, fine_style, settings, controls)
        if len(style) > 1 and not quiet:
            complain(_roles(content, style))
        try:
            with progress_for(quiet=quiet) as progress:
                painter = open_painter(settings, model, offline, progress)
                if fine is not None:
                    mixed = [_mixed(style[0], fine, painter, settings, progress), *style[1:]]
                    with while_reading(delivery.warnings):
                        scene, _ = _read(content, mixed, None, settings, controls)
                result = painter.paint(scene, _watching(delivery, progress), started=started)
                LISTENER.finish()
        except (KeyboardInterrupt, UnfinishedError) as end:
            raise typer.Exit(_keep_best(end, delivery)) from None
        _deliver(result, delivery)
    if not quiet:
        told = notes_on(settings.threads)
        for warning in result.report.get("warnings", ()):
            if warning not in told:
                complain(warning)
        typer.echo(_summary(delivery.picture, result.report), err=delivery.on_standard_output)


def _roles(content: Path, styles: Sequence[Path]) -> str:
    """Which picture is what: a wildcard of photographs makes styles of all but one."""
    return (
        f"{content} is painted in a blend of {len(styles)} styles: {', '.join(map(str, styles))};"
        " to paint several photographs, give each a command of its own"
    )


def start_of(settings: Settings) -> list[Path]:
    """The picture that the run starts from, where it starts from one."""
    return [] if settings.init in {"content", "noise"} else [Path(settings.init)]


def open_painter(
    settings: Settings, model: str | None, offline: bool, progress: Progress
) -> Painter:
    """A painter for these settings, its network fetched and built where it is not there yet."""
    from ..engine.engines import choose_engine
    from ..models.prepare import ensure_artefact
    from ..painter import Painter

    choose_engine(settings.engine, settings.threads)  # fails now, rather than after a download
    artefact = ensure_artefact(
        settings,
        model=model,
        offline=offline,
        on_progress=progress.fetched,
        on_note=progress.say,
    )
    for note in notes_on(settings.threads):  # now, rather than after a slow run
        progress.say(f"stylecore: {note}")
    return Painter(artefact, settings)


def _read(
    content: Path,
    styles: Sequence[Path | Picture],
    fine: Path | None,
    settings: Settings,
    controls: Controls,
) -> tuple[Scene, Picture | None]:
    from ..pictures.images import read_with_alpha
    from ..scene import read_scene

    scene = read_scene(content, styles, settings, **controls)
    return scene, None if fine is None else read_with_alpha(fine)


def _mixed(
    coarse: Path, fine: Picture, painter: Painter, settings: Settings, progress: Progress
) -> Picture:
    from ..mixing import mix_scales

    # Of what ends it early nothing is kept: a style is no picture to deliver.
    try:
        return mix_scales(
            coarse, fine, model=painter, settings=settings, on_step=progress.step
        ).picture
    except Interrupted as end:
        raise end.__cause__ or KeyboardInterrupt() from None
    except UnfinishedError as error:
        raise StylecoreError(str(error)) from error.__cause__


def _watching(delivery: Delivery, progress: Progress) -> Callable[[Step], None]:
    """Shows each step, and keeps the pictures on the way that were asked for, where it can."""
    done, told = 0, False

    def watch(step: Step) -> None:
        nonlocal done, told
        done += 1
        progress.step(step)
        if delivery.every and done % delivery.every == 0:
            try:
                delivery.keep(done, step.picture())
            except (StylecoreError, OSError) as error:
                if not told:  # the next ones will fail for the same reason
                    progress.say(f"stylecore: {error}; the run goes on without it")
                told = True

    return watch


def _deliver(result: Result, delivery: Delivery) -> None:
    """Write the results; one that is not where it should be is said, and fails the command."""
    where, failures = delivery.write(result)
    if failures:
        complain("; ".join([*failures, f"the picture is in {named(where)}"]))
        raise typer.Exit(FAILED)


def _keep_best(end: KeyboardInterrupt | UnfinishedError, delivery: Delivery) -> int:
    """Write what there is of a run that ended early, say so, and return the exit status."""
    best: Result | None = getattr(end, "result", None)
    LISTENER.finish()
    where, failures = (None, []) if best is None else delivery.write(best)
    words, status = how_it_ended(end)
    if where is None:
        complain(f"{words} before there was a picture; nothing was written")
    else:
        complain("; ".join([words, *failures, f"the best picture so far is in {named(where)}"]))
    return FAILED if failures else status


def _summary(path: Path, report: Mapping[str, Any]) -> str:
    engine, seconds = report["engine"], report["seconds"]["total"]
    return f"{named(path)}: {seconds:.1f} s, {engine['name']} in {engine['precision']}"
