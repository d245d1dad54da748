"""``stylecore batch``: folders of photographs and paintings in, a folder of pictures out."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ..batch.jobs import Pairs
from ..engine.cores import notes_on
from ..errors import SettingsError, StylecoreError
from ..settings import Settings
from .batchprogress import BatchProgress, batch_progress_for
from .common import Metadata, Model, NoMetadata, Offline, Quiet, argument, optional
from .errors import FAILED, complain, how_it_ended
from .options import SettingsFile, with_settings
from .progress import clock
from .signals import LISTENER

if TYPE_CHECKING:
    from ..batch.books import Summary
    from ..batch.crew import Crew
    from ..batch.folder import Folder
    from ..batch.jobs import Job, Pair

Contents = Annotated[
    list[Path] | None,
    argument("CONTENTS", "Photographs: files, folders of them, or wildcards in quotes."),
]
Styles = Annotated[
    list[Path] | None,
    optional(
        "STYLES",
        "Paintings, in the same ways: all words up to the next option. Each is a style of its own; "
        "for blends take a list.",
        "--styles",
    ),
]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="The folder that the pictures go to, with batch.jsonl, which tells how each was made; "
        "made where it is not there.",
    ),
]
PairsOption = Annotated[
    Pairs,
    typer.Option(
        metavar="|".join(get_args(Pairs)),
        help="Paint each content in each style (product), or the first in the first, the second in "
        "the second and so on (zip).",
    ),
]
List = Annotated[
    Path | None,
    optional(
        "FILE",
        "In place of contents and styles a list, one picture a row: CSV with columns content, "
        "style, perhaps name, and settings, or TOML with [[picture]] tables of these.",
        "--list",
    ),
]
Name = Annotated[
    str | None,
    optional(
        "TEMPLATE",
        "What the pictures are called: {content}, {style}, {number}, and settings such as {size} "
        "or {number:04}, with / for folders. Left out, {content}-{style}.png, and numbers where "
        "two would be called the same.",
        "--name",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        metavar="PROCESSES",
        help="How many pictures are painted at a time, in processes that share the cores; 0 takes "
        "one for each core, as far as memory goes.",
    ),
]
Scheduler = Annotated[
    str | None,
    optional(
        "ADDRESS",
        "Paint on the workers of a Dask cluster: tcp://host:8786. Needs the extra dask.",
    ),
]
NoSheet = Annotated[
    bool,
    typer.Option(
        "--no-sheet", help="Draw no contact-sheet.jpg, which has all of the pictures, at the end."
    ),
]


@with_settings
def batch(
    settings: Settings,
    output: Output,
    contents: Contents = None,
    styles: Styles = None,
    pairs: PairsOption = "product",
    list_: List = None,
    name: Name = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    no_sheet: NoSheet = False,
    settings_file: SettingsFile = None,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    metadata: Metadata = "no-gps",
    no_metadata: NoMetadata = False,
) -> None:
    """Paint many CONTENTS in many styles, each pair once.

    The same command again paints only what is missing or has changed: another content, style,
    setting or network, or a picture that is gone. What cannot be painted is passed over, and told
    of at the end. Ctrl-C, SIGTERM and SIGHUP end it after the step that each picture is at, and
    keep what is done, and how far they have come. Several such commands may work on one folder at a
    time.

    Example: stylecore batch photographs --styles 'paintings/*.jpg' --output pictures
    """
    from ..batch.books import Summary
    from ..batch.folder import Folder

    check_workers(jobs, scheduler)
    folder, started = Folder(output), perf_counter()
    wanted = _wanted(_pairs(contents or [], styles or [], list_, pairs, settings, folder), name)
    _check_apart(folder, [one for one in (settings_file, list_) if one is not None])
    summary = Summary()
    try:
        with batch_progress_for(quiet=quiet) as progress:
            carried = "off" if no_metadata else metadata
            _paint(wanted, folder, progress, summary, jobs, scheduler, model, offline, carried)
            LISTENER.finish()
            if not no_sheet and (summary.painted or not folder.sheet.exists()):
                _draw(wanted, folder, progress)
    except (Exception, KeyboardInterrupt) as end:
        _say_ended(end, wanted, summary, folder)
        raise typer.Exit(how_it_ended(end)[1]) from None
    if summary.failed:
        _say_failed(summary)
    if not quiet:
        typer.echo(_told(folder, summary, perf_counter() - started))
    if summary.failed:
        raise typer.Exit(FAILED)


def check_workers(jobs: int, scheduler: str | None) -> None:
    """Make sure that these options say who works.

    Raises:
        SettingsError: for options that cannot be, or not together.
    """
    if jobs < 0:
        raise SettingsError(f"--jobs is {jobs}; give a number of processes, or 0")
    if jobs and scheduler is not None:
        raise SettingsError("--jobs is for this machine alone; leave it out with --scheduler")


def _pairs(
    contents: Sequence[Path],
    styles: Sequence[Path],
    listed: Path | None,
    how: Pairs,
    settings: Settings,
    folder: Folder,
) -> list[Pair]:
    from ..batch.gather import pictures_of
    from ..batch.jobs import paired
    from ..batch.listing import read_list

    if listed is not None:
        if contents or styles:
            raise SettingsError("--list was given, and contents or styles; give one or the other")
        return read_list(listed, settings)
    if not contents:
        raise SettingsError(
            "no contents were given; give photographs or folders of them, before --styles"
        )
    if not styles:
        raise SettingsError("no styles were given; give paintings after --styles")
    found = pictures_of(contents, folder.results())
    return paired(found, pictures_of(styles, folder.results()), how, settings)


def _wanted(pairs: Sequence[Pair], name: str | None) -> list[Job]:
    from ..batch.folder import TAKEN
    from ..batch.names import named

    return named(pairs, name, TAKEN)


def _check_apart(folder: Folder, reads: Sequence[Path]) -> None:
    """Neither manifest nor sheet may take the place of a list or of settings."""
    from .outputs import Outputs

    outputs = Outputs(reads)
    for path in (folder.manifest.path, folder.sheet):
        outputs.expect(path)


def _paint(
    wanted: Sequence[Job],
    folder: Folder,
    progress: BatchProgress,
    summary: Summary,
    jobs: int,
    scheduler: str | None,
    model: str | None,
    offline: bool,
    metadata: str,
) -> None:
    from ..batch.run import paint_all

    paint_all(
        wanted,
        folder,
        _crew_by(jobs, scheduler, progress),
        _networks_by(model, offline, progress),
        metadata=metadata,
        on_event=progress.happened,
        summary=summary,
    )


def _networks_by(
    model: str | None, offline: bool, progress: BatchProgress
) -> Callable[[Settings], Path]:
    from ..models.prepare import ensure_artefact

    def network(settings: Settings) -> Path:
        return ensure_artefact(
            settings,
            model=model,
            offline=offline,
            on_progress=progress.fetched,
            on_note=progress.say,
        )

    return network


def _crew_by(
    jobs: int, scheduler: str | None, progress: BatchProgress
) -> Callable[[Sequence[Job]], Crew]:
    def crew(waiting: Sequence[Job]) -> Crew:
        from ..batch.division import processes_for
        from ..batch.local import local_crew

        if scheduler is not None:
            return _cluster(scheduler, progress)
        processes = min(jobs, len(waiting)) or processes_for(waiting)
        threads = max(job.settings.threads for job in waiting)
        for note in notes_on(threads * processes):
            progress.say(f"stylecore: {note}")
        return local_crew(processes)

    return crew


def _cluster(scheduler: str, progress: BatchProgress) -> Crew:
    from ..batch.cluster import ClusterCrew

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised
    crew = ClusterCrew(scheduler)
    if not crew.hands:
        progress.say(f"stylecore: {scheduler} has no workers yet; waiting for them")
    return crew


def _draw(wanted: Sequence[Job], folder: Folder, progress: BatchProgress) -> None:
    from ..batch.sheet import contact_sheet
    from ..pictures.images import write_image

    try:
        write_image(folder.sheet, contact_sheet(wanted, folder, progress.drawing))
    except StylecoreError as error:
        progress.say(f"stylecore: no contact sheet: {error}")


def _say_ended(end: BaseException, wanted: Sequence[Job], summary: Summary, folder: Folder) -> None:
    """What ended the batch, what there is of it, and how it goes on."""
    LISTENER.finish()
    words, _ = how_it_ended(end)
    if summary.painted or summary.there:
        there = len(summary.painted) + len(summary.there)
        words += f"; {there} of {len(wanted)} pictures are in {folder.path}"
    if summary.painted or summary.there or isinstance(end, KeyboardInterrupt):
        words += "; the same command goes on with the rest"
    complain(words)


def _say_failed(summary: Summary) -> None:
    """A table of what could not be painted, by the reasons."""
    from rich.console import Console
    from rich.table import Table

    by_reason: dict[str, list[str]] = defaultdict(list)
    for job, reason in summary.failed:
        by_reason[reason].append(job.name)
    table = Table(box=None, pad_edge=False)
    table.add_column("not painted", overflow="fold")
    table.add_column("why", overflow="fold")
    for reason, names in by_reason.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        table.add_row(", ".join(names[:_NAMED]) + more, reason)
    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    console.print(table)


_NAMED = 3
"""Pictures that are named of those that failed for one reason."""


def _told(folder: Folder, summary: Summary, seconds: float) -> str:
    painted, there, failed = map(len, (summary.painted, summary.there, summary.failed))
    parts = [f"{painted} painted in {clock(seconds)}"] if painted else []
    parts += [f"{there} there already"] if there else []
    parts += [f"{failed} not painted"] if failed else []
    pictures = "1 picture" if painted + there == 1 else f"{painted + there} pictures"
    return f"{folder.path}: {pictures}: {', '.join(parts)}"
