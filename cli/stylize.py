"""``stylecore stylize``: a photograph and paintings in, a picture out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import SettingsError
from ..settings import Settings
from .common import (
    Content,
    Metadata,
    Model,
    NoMetadata,
    Offline,
    Quiet,
    argument,
    optional,
    output,
)
from .life import Life, with_life
from .options import SettingsFile, with_settings
from .order import Manner, Order, start_of
from .painting import carry_out
from .standard import given
from .where import Where, with_where

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
InitNetwork = Annotated[
    Path | None,
    optional(
        "FILE",
        "Start from what this network makes of CONTENT, at the size of --coarsest, or half of "
        "--size; fewer --steps suffice then.",
    ),
]

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Paint nothing: tell through which sizes the run would go, on which engine, how long "
        "it would take and how much memory; --report has it as JSON.",
    ),
]


@with_settings
@with_where
@with_life
def stylize(
    content: Content,
    style: Styles,
    settings: Settings,
    where: Where,
    life: Life,
    output: Output = None,
    settings_file: SettingsFile = None,
    save_every: SaveEvery = 0,
    report: Report = None,
    dry_run: DryRun = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    fine_style: FineStyle = None,
    init_network: InitNetwork = None,
    metadata: Metadata = "no-gps",
    no_metadata: NoMetadata = False,
) -> None:
    """Paint CONTENT in the manner of STYLE.

    Ctrl-C, SIGTERM, SIGHUP, or whatever else ends the search early, leaves the best picture so far,
    and with --checkpoint what --resume goes on from.
    """
    if init_network is not None and start_of(settings):
        raise SettingsError("--init and --init-network name two pictures to start from; give one")
    order = Order(
        content=given(content),
        styles=[given(one) for one in style],
        settings=settings,
        where=where,
        fine_style=None if fine_style is None else given(fine_style),
        init_network=init_network,
    )
    how = Manner(
        output=output,
        save_every=save_every,
        report=report,
        dry_run=dry_run,
        model=model,
        offline=offline,
        quiet=quiet,
        metadata=metadata,
        no_metadata=no_metadata,
        life=life,
    )
    carry_out(order, how, [] if settings_file is None else [settings_file])
