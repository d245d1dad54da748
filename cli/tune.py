"""``stylecore tune``: settings searched for a pair of pictures, and a sheet of what came of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import StylecoreError
from ..settings import Settings
from .common import Model, Offline, Quiet, argument, optional
from .errors import complain, how_it_ended, while_reading
from .options import SettingsFile, with_settings_of
from .order import start_of
from .outputs import Outputs, model_files
from .painters import artefact_for, open_painter
from .progress import clock
from .signals import LISTENER
from .standard import STANDARD
from .tuneprogress import TuneProgress, tune_progress_for

if TYPE_CHECKING:
    from ..tune.painters import Painters
    from ..tune.portfolio import Portfolio
    from ..tune.search import Search
    from ..tune.tuner import Tuner, Tuning

Content = Annotated[Path, argument("CONTENT", "The photograph.")]
Style = Annotated[Path, argument("STYLE", "The painting.")]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="The folder that tune.html, contact-sheet.jpg and the choices' settings files go to, "
        "and every trial as soon as it is made; made where it is not there.",
    ),
]
Trials = Annotated[
    int | None,
    optional("NUMBER", "How many are painted, with those that are there. Left out, 40."),
]
Seconds = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="Begin no trial when so much time has gone, with that of earlier calls; 0 sets no "
        "such limit.",
    ),
]
TrialSize = Annotated[
    int | None,
    optional(
        "PIXELS",
        "Longest side of the trials; choices are made for --size. Left out, 192.",
        "--trial-size",
    ),
]


def _complete_knob(incomplete: str) -> list[str]:
    from ..tune.knobs import KNOBS

    chosen, comma, _ = incomplete.rpartition(",")
    return [f"{chosen}{comma}{name}" for name in KNOBS if name not in chosen.split(",")]


Vary = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="What is searched: some of content_weight, style_layers (deep ones against shallow "
        "ones), style_scale, style_loss, detail, tv_weight, strength, composition and color. Left "
        "out, all but the last three; where --strength is given, that in place of content_weight.",
        autocompletion=_complete_knob,
        show_default=False,
    ),
]

_SAME_FOR_ALL = (
    *("size", "fit", "init", "seed", "depth"),
    *("strength", "content_weight", "style_weight", "tv_weight"),
    *("content_layers", "style_layers", "composition", "coarse_content", "detail", "pooling"),
    *("style_loss", "loss_scale", "style_scale", "color", "steps", "optimizer", "coarsest"),
    *("engine", "threads", "max_memory"),
)


@with_settings_of(*_SAME_FOR_ALL)
def tune(
    content: Content,
    style: Style,
    settings: Settings,
    output: Output,
    trials: Trials = None,
    seconds: Seconds = 0.0,
    trial_size: TrialSize = None,
    vary: Vary = None,
    settings_file: SettingsFile = None,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Search settings for CONTENT in the manner of STYLE, and show the choices that there are.

    Small pictures are painted and judged by what no run optimises: how much of the painting's
    manner is there, how much of the photograph's form, and how little noise. Those of which no
    other is better in everything are shown side by side, each with a settings file and the command
    that paints it at --size. The first trial has the settings that are given here. The same command
    again goes on where Ctrl-C, a signal or a kill has ended it; with more --trials it goes further.

    Example: stylecore tune photograph.jpg painting.jpg --output tuned
    """
    from ..tune.portfolio import Portfolio
    from ..tune.study import check_searchable

    check_searchable()
    _check_files(content, style)
    search = _search(settings, trials, seconds, trial_size, vary)
    portfolio, started = Portfolio(output), perf_counter()
    reads = [content, style, *start_of(settings), *model_files(model)]
    outputs = Outputs(reads if settings_file is None else [*reads, settings_file])
    _expect(outputs, portfolio)
    with tune_progress_for(quiet=quiet) as progress:
        tuner: Tuner | None = None
        try:
            with _painters(model, offline, progress) as painters:
                tuner = _tuner(
                    content, style, search, painters, portfolio, model, offline, progress
                )
                tuning = tuner.run()
                LISTENER.finish()
                _write(outputs, portfolio, tuning)
        except (Exception, KeyboardInterrupt) as end:
            LISTENER.finish()
            raise typer.Exit(_say_ended(end, tuner, outputs, portfolio, progress)) from None
    if not quiet:
        _tell(tuning, portfolio, perf_counter() - started)


def _check_files(*paths: Path) -> None:
    if STANDARD in paths:
        raise StylecoreError("pictures are read for every trial; give paths, not standard input")


def _search(
    settings: Settings,
    trials: int | None,
    seconds: float,
    size: int | None,
    vary: str | None,
) -> Search:
    from ..tune.search import SIZE, TRIALS, Search

    names = None
    if vary is not None:
        names = tuple(filter(None, (name.strip() for name in vary.split(","))))
    return Search(
        settings=settings,
        size=SIZE if size is None else size,
        vary=names,
        trials=TRIALS if trials is None else trials,
        seconds=seconds,
    )


def _expect(outputs: Outputs, portfolio: Portfolio) -> None:
    """Nothing that is kept or told may take the place of what is read."""
    from ..tune.portfolio import CHOICES, TRIALS
    from ..tune.report import NAMES

    for name in (CHOICES, TRIALS):
        outputs.expect_folder(portfolio.folder / name)
    for path in (portfolio.journal, *(portfolio.folder / name for name in NAMES)):
        outputs.expect(path)


@contextmanager
def _painters(model: str | None, offline: bool, progress: TuneProgress) -> Generator[Painters]:
    from ..tune.painters import KEEP, Painters

    painters = Painters(lambda settings: open_painter(settings, model, offline, progress, KEEP))
    try:
        yield painters
    finally:
        painters.close()


def _tuner(
    content: Path,
    style: Path,
    search: Search,
    painters: Painters,
    portfolio: Portfolio,
    model: str | None,
    offline: bool,
    progress: TuneProgress,
) -> Tuner:
    from ..engine.artefact import load_artefact
    from ..measures.held_out import held_out, settings_to_measure
    from ..tune.tuner import Tuner

    judging = settings_to_measure(held_out(search.settings))
    return Tuner(
        content,
        style,
        search,
        painters,
        load_artefact(artefact_for(judging, model, offline, progress)),
        portfolio,
        progress.happened,
        partial(while_reading, list[str]()),
    )


def _write(outputs: Outputs, portfolio: Portfolio, tuning: Tuning) -> None:
    """The page comes last: where it is, all of it is."""
    from ..tune.report import files_of

    for name, data in files_of(tuning, portfolio).items():
        outputs.write_file(portfolio.folder / name, data)


def _say_ended(
    end: BaseException,
    tuner: Tuner | None,
    outputs: Outputs,
    portfolio: Portfolio,
    progress: TuneProgress,
) -> int:
    """Show what there is of a search that ended early, and how it goes on; the exit status."""
    words, status = how_it_ended(end)
    if tuner is not None and progress.done:
        try:
            _write(outputs, portfolio, tuner.tuning())
        except StylecoreError as error:
            words += f"; {error}"
        words += f"; {progress.done} of {progress.total} trials are in {portfolio.folder}"
    if progress.done or isinstance(end, KeyboardInterrupt):
        words += "; the same command goes on with the rest"
    complain(words)
    return status


def _tell(tuning: Tuning, portfolio: Portfolio, seconds: float) -> None:
    from ..tune.choices import choices_of
    from ..tune.report import PAGE

    choices = choices_of(tuning, portfolio)
    for choice in choices:
        typer.echo(f"{choice.tried.number}: {choice.tried.verdict.words}  {choice.words}")
        typer.echo(f"  {choice.command}")
    typer.echo(
        f"{portfolio.folder / PAGE}: {len(choices)} choices of {len(tuning.trials)} trials,"
        f" {clock(seconds)}"
    )
