"""``stylecore batch``: folders of photographs and paintings in, a folder of pictures out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ..batch.jobs import Pairs
from ..errors import SettingsError, StylecoreError
from ..settings import Settings
from .batchending import say_ended, say_failed, told
from .batchprogress import BatchProgress, batch_progress_for
from .common import Metadata, Model, NoMetadata, Offline, Quiet, argument, optional
from .errors import FAILED
from .options import SettingsFile, with_settings
from .signals import LISTENER
from .workers import Workers

if TYPE_CHECKING:
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
    from ..batch.run import paint_all

    workers = Workers(jobs, scheduler, model, offline)
    workers.check()
    folder, started, summary = Folder(output), perf_counter(), Summary()
    wanted = _wanted(_pairs(contents or [], styles or [], list_, pairs, settings, folder), name)
    _check_apart(folder, [one for one in (settings_file, list_) if one is not None])
    try:
        with batch_progress_for(quiet=quiet) as progress:
            paint_all(
                wanted,
                folder,
                partial(workers.crew, progress=progress),
                partial(workers.network, progress=progress),
                metadata="off" if no_metadata else metadata,
                on_event=progress.happened,
                summary=summary,
            )
            LISTENER.finish()
            is_old = summary.painted or (summary.there and not folder.sheet.exists())
            if is_old and not no_sheet:
                _draw(wanted, folder, progress)
    except (Exception, KeyboardInterrupt) as end:
        LISTENER.finish()
        raise typer.Exit(say_ended(end, len(wanted), summary, folder)) from None
    say_failed(summary)
    if not quiet:
        typer.echo(told(summary, folder, perf_counter() - started))
    if summary.failed:
        raise typer.Exit(FAILED)


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
    once = how == "product"  # one by one, a style may come again
    found = pictures_of(contents, folder.results(), once=once)
    return paired(found, pictures_of(styles, folder.results(), once=once), how, settings)


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


def _draw(wanted: Sequence[Job], folder: Folder, progress: BatchProgress) -> None:
    from ..batch.sheet import contact_sheet
    from .outputs import Outputs

    try:
        Outputs([]).write_picture(folder.sheet, contact_sheet(wanted, folder, progress.drawing))
    except StylecoreError as error:
        progress.say(f"stylecore: no contact sheet: {error}")
