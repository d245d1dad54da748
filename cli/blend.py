"""``stylecore blend``: a strip of pictures between two styles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..settings import Settings
from .common import Content, Metadata, Model, NoMetadata, Offline, Quiet, argument, output
from .life import Life, with_life
from .options import HELP, SettingsFile, with_settings_of
from .order import Manner, Order
from .standard import given
from .strips import Strip, carry_out_strip
from .where import Where, with_where

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
@with_life
def blend(
    content: Content,
    first: First,
    second: Second,
    settings: Settings,
    where: Where,
    life: Life,
    output: Output = None,
    settings_file: SettingsFile = None,
    count: Count = 5,
    each: Each = False,
    model: Model = None,
    offline: Offline = False,
    quiet: Quiet = False,
    metadata: Metadata = "no-gps",
    no_metadata: NoMetadata = False,
) -> None:
    """Paint CONTENT as a strip of pictures from the FIRST style to the SECOND.

    Each picture is started from the one before, so that things keep their places. Ctrl-C,
    SIGTERM and SIGHUP end the strip early and write the pictures that are there, and with
    --checkpoint what --resume goes on from.
    """
    order = Order(given(content), [given(first), given(second)], settings, where)
    how = Manner(
        output=output,
        model=model,
        offline=offline,
        quiet=quiet,
        metadata=metadata,
        no_metadata=no_metadata,
        life=life,
    )
    reads = [] if settings_file is None else [settings_file]
    carry_out_strip(order, how, Strip(count, each), reads)
