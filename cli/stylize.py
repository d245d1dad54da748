"""``stylecore stylize``: a photograph and paintings in, a picture out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..settings import Settings
from .common import Content, Model, Offline, Quiet, argument, optional, output
from .delivery import Delivery
from .errors import INTERRUPTED, complain, native_silence
from .options import with_settings
from .outputs import Outputs, free_name, model_files
from .progress import Progress, progress_for
from .where import Where, with_where

if TYPE_CHECKING:
    from ..pictures.tensors import Picture
    from ..results import Result, Step

Styles = Annotated[
    list[Path],
    argument("STYLE", "The painting; several are blended, evenly or by --blend."),
]
Output = Annotated[
    Path | None,
    output(
        "Where the picture goes: .png, .jpg, .webp, .tif or .bmp. "
        "Left out, a new CONTENT-STYLE.png in the current folder."
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
Report = Annotated[Path | None, optional("FILE", "Write settings, losses and times here, as JSON.")]
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
    save_every: SaveEvery = 0,
    report: Report = None,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    fine_style: FineStyle = None,
) -> None:
    """Paint CONTENT in the manner of STYLE.

    Ctrl-C ends the search early and writes the best picture so far.
    """
    inputs = [content, *style]
    further = [*start_of(settings), *([] if fine_style is None else [fine_style])]
    outputs = Outputs([*inputs, *further, *where.paths(), *model_files(model)])
    delivery = Delivery(outputs, output or free_name(content, style), report, save_every)
    delivery.expect(settings.steps)
    pictures = read(inputs[0], [*style, *further])
    fine = None if fine_style is None else pictures[-1]
    pictures = pictures[: len(inputs)]
    with native_silence():
        masks = where.read(pictures)
    try:
        with progress_for(quiet=quiet) as progress:
            artefact = prepare(settings, model, offline, progress)
            if fine is not None:
                pictures[1] = _mixed(pictures[1], fine, artefact, settings, progress)
            result = _run(pictures, masks, artefact, settings, delivery, progress)
    except KeyboardInterrupt as interrupt:
        _keep_best(getattr(interrupt, "result", None), delivery)
        raise typer.Exit(INTERRUPTED) from None
    delivery.write(result)
    if not quiet:
        for warning in result.report.get("warnings", ()):
            complain(warning)
        typer.echo(_summary(delivery.picture, result.report))


def start_of(settings: Settings) -> list[Path]:
    """The picture that the run starts from, where it starts from one."""
    return [] if settings.init in {"content", "noise"} else [Path(settings.init)]


def read(content: Path, others: Sequence[Path]) -> list[Picture]:
    """The content with its alpha, if it has any, and the other pictures without."""
    from ..pictures.images import read_image, read_with_alpha

    with native_silence():
        return [read_with_alpha(content), *(read_image(path) for path in others)]


def prepare(settings: Settings, model: str | None, offline: bool, progress: Progress) -> Path:
    """The artefact for these settings, fetched and built where it is not there yet."""
    from ..engine.engines import choose_engine
    from ..models.prepare import ensure_artefact

    choose_engine(settings.engine, settings.threads)  # fails now, rather than after a download
    return ensure_artefact(
        settings,
        model=model,
        offline=offline,
        on_progress=progress.fetched,
        on_note=progress.say,
    )


def _mixed(
    coarse: Picture, fine: Picture, artefact: Path, settings: Settings, progress: Progress
) -> Picture:
    from ..mixing import mix_scales

    try:
        mixed = mix_scales(coarse, fine, model=artefact, settings=settings, on_step=progress.step)
    except KeyboardInterrupt:
        raise KeyboardInterrupt from None  # a style is no picture to keep
    return mixed.image


def _run(
    pictures: Sequence[Picture],
    masks: Mapping[str, Any],
    artefact: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
) -> Result:
    from ..transfer import stylize as transfer

    def show(step: Step) -> None:
        nonlocal done
        done += 1
        progress.step(step)
        if delivery.every and done % delivery.every == 0:
            delivery.keep(done, step.picture())

    done = 0
    content, *style = pictures
    return transfer(content, style, model=artefact, settings=settings, on_step=show, **masks)


def _keep_best(best: Result | None, delivery: Delivery) -> None:
    """Write what an interrupted run has, and say so."""
    if best is None:
        complain("interrupted before there was a picture; nothing was written")
    else:
        delivery.write(best)
        complain(f"interrupted; the best picture so far is in {delivery.picture}")


def _summary(path: Path, report: Mapping[str, Any]) -> str:
    engine, seconds = report["engine"], report["seconds"]["total"]
    return f"{path}: {seconds:.1f} s, {engine['name']} in {engine['precision']}"
