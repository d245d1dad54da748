"""``stylecore compare``: optimisers set against each other, and a report of what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from ..errors import SettingsError
from ..settings import Settings, parse_numbers
from .blas import calm_scipy
from .common import Model, Offline, Quiet, argument, optional
from .compareprogress import CompareProgress, compare_progress_for
from .errors import complain, how_it_ended, while_reading
from .networks import opened
from .options import SettingsFile, with_settings_of
from .outputs import Outputs, model_files
from .painters import open_painter
from .progress import clock
from .signals import LISTENER
from .standard import given

if TYPE_CHECKING:
    from ..compare.comparison import Comparison
    from ..compare.pairs import Pair
    from ..compare.rules import Rules
    from ..compare.shelf import Shelf
    from ..compare.summary import Table
    from ..compare.trial import Scales
    from ..compare.worth import Worth

Content = Annotated[Path | None, argument("CONTENT", "The photograph; - is standard input.")]
Styles = Annotated[
    list[Path] | None,
    argument("STYLE", "Paintings: each is compared over by itself, as a pair with CONTENT."),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="The folder that report.html, report.json, report.csv and plots go to, and every run "
        "as soon as it is done; made where it is not there.",
    ),
]
List = Annotated[
    Path | None,
    optional(
        "FILE",
        "In place of CONTENT and STYLE a list, one pair a row: CSV with columns content and style, "
        "or TOML with [[picture]] tables of these.",
        "--list",
    ),
]


def _complete_contender(incomplete: str) -> list[str]:
    """An optimiser, and then one parameter of it after another."""
    from ..optimizers.strategies import PARAMETERS

    said, blank, _ = incomplete.rpartition(" ")
    if not blank:
        return list(PARAMETERS)
    known = {str(name): own for name, own in PARAMETERS.items()}
    own = known.get(said.split(" ")[0], ())
    return [f"{said} {name}=" for name in own if f" {name}=" not in said]


With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="WORDS",
        help="Another contender, taken as it is: an optimiser with its parameters, as in 'adam "
        "learning_rate=2 epsilon=1e-6'. It may be given several times.",
        autocompletion=_complete_contender,
        show_default=False,
    ),
]
Contenders = Annotated[
    Path | None,
    optional(
        "FILE",
        "In place of adam, lbfgs and projected-lbfgs those of a TOML file: [[contender]] tables "
        "with optimizer, perhaps name, and parameters. One without parameters is tuned.",
    ),
]
Which = Literal["single", "coarse", "both"]
ScalesOption = Annotated[
    Which,
    typer.Option(
        metavar="|".join(get_args(Which)),
        help="Compare at the final size alone (single), coarse to fine, or both, each by itself.",
    ),
]
Starts = Annotated[
    int,
    typer.Option(
        metavar="NUMBER",
        help="Starts for each pair: the first is that of stylize; the others are further noise "
        "with --init noise, and else the same picture under noise of 4 levels.",
    ),
]
Seconds = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        help="How long each has where seconds are the budget; 0 takes what the quickest needed for "
        "its --steps at the same place.",
    ),
]
SweepSize = Annotated[
    int | None,
    typer.Option(
        metavar="PIXELS",
        help="Longest side at which each optimiser's best parameters are found first, by a sweep; "
        "0 finds none, and takes the settings'. Left out, 128.",
        show_default=False,
    ),
]
Fractions = Annotated[
    str | None,
    optional(
        "NUMBERS",
        "To which fractions of the best loss the way is told of: at 0.9 a loss is 1/0.9 of it. "
        "Left out, 0.5,0.9,0.99.",
    ),
]

Networks = Annotated[
    list[Path] | None,
    typer.Option(
        "--network",
        metavar="FILE",
        help="A network that paints in one pass, from stylecore train: the report tells how many "
        "evaluations its picture is worth. One for each STYLE, in their order.",
        show_default=False,
    ),
]

_SAME_FOR_ALL = (
    *("size", "fit", "init", "seed", "strength", "content_weight", "style_weight", "tv_weight"),
    *("content_layers", "style_layers", "composition", "coarse_content", "detail", "pooling"),
    *("style_loss", "loss_scale", "style_scale", "color", "steps", "coarsest"),
    *("engine", "threads"),
)


@with_settings_of(*_SAME_FOR_ALL)
def compare(
    settings: Settings,
    output: Output,
    content: Content = None,
    style: Styles = None,
    list_: List = None,
    with_: With = None,
    contenders: Contenders = None,
    scales: ScalesOption = "both",
    starts: Starts = 1,
    seconds: Seconds = 0.0,
    sweep_size: SweepSize = None,
    fractions: Fractions = None,
    network: Networks = None,
    settings_file: SettingsFile = None,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Compare optimisers on the same objective, from the same start, within the same budget.

    Adam, SciPy's L-BFGS-B and the projected L-BFGS, each at its best parameters, run over every
    pair: at one scale and coarse to fine, once within --steps evaluations and once within seconds.
    report.html shows losses, pictures side by side, and which differences are none. The same
    command again goes on where Ctrl-C, a signal or a kill has ended it.

    Example: stylecore compare photograph.jpg painting.jpg --output comparison --size 256
    """
    from ..compare.onepass import networks_of
    from ..compare.plots import check_drawable
    from ..compare.shelf import Shelf

    check_drawable()
    pairs = _pairs(content, style or [], list_, settings)
    networks = networks_of(pairs, network or [])
    rules = _rules(
        settings, contenders, with_ or [], scales, starts, seconds, sweep_size, fractions
    )
    shelf, started = Shelf(output), perf_counter()
    files = [one for one in (list_, contenders, settings_file) if one is not None]
    files += network or []
    outputs = Outputs([*_reads(pairs, settings), *files, *model_files(model)])
    _expect(outputs, shelf, rules)
    with compare_progress_for(quiet=quiet) as progress:
        try:
            comparison = _run(pairs, rules, shelf, networks, model, offline, progress)
            LISTENER.finish()
            _write(outputs, shelf, comparison)
        except (Exception, KeyboardInterrupt) as end:
            LISTENER.finish()
            raise typer.Exit(_say_ended(end, progress, shelf)) from None
    if not quiet:
        _tell(comparison, shelf, perf_counter() - started)


def _pairs(
    content: Path | None, styles: Sequence[Path], listed: Path | None, settings: Settings
) -> list[Pair]:
    from ..compare.pairs import named_pairs

    if listed is not None:
        if content is not None:
            raise SettingsError("--list was given, and pictures; give one or the other")
        return named_pairs(_listed(listed, settings))
    if content is None or not styles:
        raise SettingsError("give a content and one style or more, or a --list of pairs")
    return named_pairs([(given(content), [given(style)]) for style in styles])


def _listed(path: Path, settings: Settings) -> list[tuple[Path, Sequence[Path]]]:
    from ..batch.listing import read_list

    found = read_list(path, settings)
    if any(pair.settings != settings for pair in found):
        raise SettingsError(f"{path} has settings of its own; give those that hold for all pairs")
    return [(pair.content, pair.styles) for pair in found]


def _rules(
    settings: Settings,
    contenders: Path | None,
    more: Sequence[str],
    scales: Which,
    starts: int,
    seconds: float,
    sweep_size: int | None,
    fractions: str | None,
) -> Rules:
    from ..compare.contenders import parse_contender, read_contenders, usual_contenders
    from ..compare.rules import FRACTIONS, Rules
    from ..compare.sweep import SIZE
    from ..compare.trial import SCALES

    known = usual_contenders() if contenders is None else read_contenders(contenders)
    which: tuple[Scales, ...] = SCALES if scales == "both" else (scales,)
    return Rules(
        settings=settings,
        contenders=[*known, *map(parse_contender, more)],
        scales=which,
        starts=starts,
        seconds=seconds,
        sweep=SIZE if sweep_size is None else sweep_size,
        fractions=FRACTIONS if fractions is None else parse_numbers(fractions),
    )


def _reads(pairs: Sequence[Pair], settings: Settings) -> list[Path]:
    found = [path for pair in pairs for path in (pair.content, *pair.styles)]
    return found if settings.init in ("content", "noise") else [*found, Path(settings.init)]


def _expect(outputs: Outputs, shelf: Shelf, rules: Rules) -> None:
    """Nothing of the report, and no run, may take the place of what is read."""
    from ..compare.report import names_of
    from ..compare.shelf import RUNS

    outputs.expect_folder(shelf.folder / RUNS)
    for name in names_of(rules.scales):
        outputs.expect(shelf.folder / name)


def _run(
    pairs: Sequence[Pair],
    rules: Rules,
    shelf: Shelf,
    networks: Mapping[str, Path],
    model: str | None,
    offline: bool,
    progress: CompareProgress,
) -> Comparison:
    from ..compare.comparison import compare as compare_all
    from ..engine.engines import exact

    calm_scipy()
    reading = partial(while_reading, list[str]())
    with open_painter(rules.settings, model, offline, progress) as painter:
        engine = exact(painter.engine)
        fast = {path: opened(path, engine) for path in dict.fromkeys(networks.values())}
        by_pair = {pair: fast[path] for pair, path in networks.items()}
        return compare_all(pairs, rules, painter, shelf, progress.happened, reading, by_pair)


def _write(outputs: Outputs, shelf: Shelf, comparison: Comparison) -> None:
    """The page comes last: where it is, all of it is."""
    from ..compare.report import files_of

    for name, data in files_of(comparison, shelf).items():
        outputs.write_file(shelf.folder / name, data)


def _say_ended(end: BaseException, progress: CompareProgress, shelf: Shelf) -> int:
    """Say what ended a comparison early, and how it goes on; the exit status."""
    words, status = how_it_ended(end)
    if progress.done:
        words += f"; {progress.done} of {progress.total} runs are in {shelf.folder}"
    if progress.done or isinstance(end, KeyboardInterrupt):
        words += "; the same command goes on with the rest"
    complain(words)
    return status


def _tell(comparison: Comparison, shelf: Shelf, seconds: float) -> None:
    from ..compare.report import PAGE
    from ..compare.summary import tables
    from ..compare.worth import worth_in

    rules = comparison.rules
    for table in tables(comparison.runs, rules.contenders, rules.fractions):
        typer.echo(_told(table))
    for one in worth_in(comparison):
        typer.echo(_worth_told(one))
    for note in comparison.notes:
        typer.echo(note)
    typer.echo(f"{shelf.folder / PAGE}: {len(comparison.runs)} runs, {clock(seconds)}")


def _told(table: Table) -> str:
    """A table in a line: ``coarse to fine, equal seconds: lbfgs 0.0931 (best), adam 0.112 (…)``."""
    from ..compare.plots import IN_WORDS

    budget = "equal seconds" if table.clock else "equal evaluations"
    rows = (f"{row.contender} {row.delivered.median:.4g} ({row.verdict.words})"
            for row in table.rows)  # fmt: skip
    return f"{IN_WORDS[table.scales]}, {budget}: {', '.join(rows)}"


def _worth_told(one: Worth) -> str:
    """``night.onnx, cat × night, at one scale: 0.31 in 0.06 s; as far came lbfgs after 14 …``."""
    from ..compare.plots import IN_WORDS

    ways = (
        f"{other.contender} after {other.evaluations:.0f} evaluations, {other.seconds:.3g} s"
        if isfinite(other.evaluations)
        else f"{other.contender} never"
        for other in one.overtaken
    )
    where = f"{one.network}, {one.place.pair}, {IN_WORDS[one.place.scales]}"
    return f"{where}: {one.loss:.4g} in {one.seconds:.3g} s; as far came {', '.join(ways)}"
