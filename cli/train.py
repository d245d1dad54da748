"""``stylecore train``: paintings and photographs in, a network out that paints in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from ..engine.cores import notes_on
from ..errors import SettingsError, StylecoreError
from ..models.training.settings import LOOK, TrainingSettings
from ..settings import Settings
from .common import Model, Offline, Quiet, argument, optional
from .errors import FAILED, complain, how_it_ended, native_silence
from .names import place_of
from .options import TRAINING_TEXTS, with_settings_of, with_training
from .outputs import Outputs, model_files
from .painters import artefact_for
from .progress import Progress, minute_text, progress_for
from .signals import LISTENER
from .standard import given
from .trained import Trained, network_of

if TYPE_CHECKING:
    from ..models.training.trainer import TrainingStep
    from ..models.training.training import Training

Styles = Annotated[
    list[Path],
    argument("STYLE", "The painting; several are blended, evenly or by --blend."),
]
Photos = Annotated[
    Path | None,
    optional(
        "DIR",
        "A folder with photographs to learn on, one or thousands, in folders within it too; left "
        "out, the few of stylecore's examples.",
    ),
]
Output = Annotated[
    Path | None,
    optional(
        "NETWORK",
        "Where the network goes: .onnx. Left out, a new STYLE.onnx in the current folder; a folder "
        "gets it instead. Beside it, as STYLE.state.npz, lies what --resume goes on from.",
        "--output",
        "-o",
    ),
]
Preview = Annotated[
    Path | None,
    optional("FILE", "Keep the first photograph here, as the network paints it so far."),
]
SaveEvery = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="How often network, state and preview are written, and the loss is told.",
    ),
]
Resume = Annotated[
    Path | None,
    optional("FILE", "Go on with the training whose state this is, up to the time that is given."),
]

_OF_THE_LOSS = (
    *("size", "seed", "strength", "content_weight", "style_weight", "tv_weight", "content_layers"),
    *("style_layers", "composition", "pooling", "style_loss", "loss_scale", "blend"),
    *("style_scale", "color", "engine", "threads"),
)


@with_settings_of(*_OF_THE_LOSS, base=LOOK, texts=TRAINING_TEXTS)
@with_training
def train(
    style: Styles,
    settings: Settings,
    training: TrainingSettings,
    photos: Photos = None,
    output: Output = None,
    preview: Preview = None,
    resume: Resume = None,
    save_every: SaveEvery = 60.0,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Train a network that paints any photograph in the manner of STYLE, at once.

    The loss is that of `stylize`. Ctrl-C, SIGTERM, SIGHUP, or whatever else ends the training
    early, leaves the network as good as it is by then, and --resume goes on with it.
    """
    from ..models.training.training import Training

    if not save_every > 0:
        raise SettingsError(f"--save-every is {save_every:g}; give seconds above 0")
    style = [given(one) for one in style]
    photographs = _photographs(photos, style, quiet=quiet)
    if output is None and resume is not None:
        output = network_of(resume)
    with place_of(output, style[0], style[1:], ".onnx") as network:
        reads = [*style, *photographs, *model_files(model)]
        files = Trained(Outputs(reads), network, preview)
        files.expect()
        with progress_for(quiet=quiet) as progress:
            running = Training(
                style,
                photographs,
                model=_artefact(settings, model, offline, progress),
                settings=settings,
                training=training,
                resume=resume,
                on_note=lambda line: progress.say(f"stylecore: {line}"),
                while_reading=native_silence,
            )
            try:
                running.run(_watching(running, files, save_every, progress))
                LISTENER.finish()
            except (Exception, KeyboardInterrupt) as end:
                raise typer.Exit(_keep(end, running, files)) from None
        lies, failures = files.write(running)
    if failures:
        complain("; ".join(failures))
        raise typer.Exit(FAILED)
    if not quiet:
        typer.echo(f"{lies}: {running.steps} steps; --resume {files.state} goes on")


def _photographs(photos: Path | None, styles: Sequence[Path], *, quiet: bool) -> list[Path]:
    from ..models.training.photographs import example_photographs, find_photographs

    if photos is not None:
        return find_photographs(photos, styles)
    found = example_photographs(styles)
    if not quiet:
        complain(
            f"learning on {len(found)} photographs of the examples; a folder of your own (--photos)"
            " does better"
        )
    return found


def _artefact(settings: Settings, model: str | None, offline: bool, progress: Progress) -> Path:
    """The network that judges, fetched and built where it is not there yet."""
    from ..engine.engines import choose_engine
    from ..models.training.training import looked_at

    choose_engine(settings.engine, settings.threads)  # fails now, rather than after a download
    for note in notes_on(settings.threads):
        progress.say(f"stylecore: {note}")
    return artefact_for(looked_at(settings), model, offline, progress)


def _watching(
    running: Training, files: Trained, save_every: float, progress: Progress
) -> Callable[[TrainingStep], None]:
    """Shows each step; writes what there is and tells of the loss every so many seconds."""
    last, told = monotonic(), False
    since: list[TrainingStep] = []

    def watch(step: TrainingStep) -> None:
        nonlocal last, told
        progress.trained(step)
        since.append(step)
        if monotonic() - last < save_every:
            return
        progress.say(minute_text(since))
        since.clear()
        try:
            files.keep(running)
        except (StylecoreError, OSError) as error:
            if not told:  # the next ones will fail for the same reason
                progress.say(f"stylecore: {error}; the training goes on without it")
            told = True
        last = monotonic()

    return watch


def _keep(end: BaseException, running: Training, files: Trained) -> int:
    """Write what there is of a training that ended early, say so, and return the exit status."""
    LISTENER.finish()
    if not running.steps:
        words, status = how_it_ended(end)
        complain(f"{words} before a step was taken; nothing was written")
        return status
    lies, failures = files.write(running)
    words, status = how_it_ended(end)
    goes_on = f"the network so far is in {lies}; --resume {files.state} goes on"
    complain("; ".join([words, *failures] if failures else [words, goes_on]))
    return FAILED if failures else status
