"""The ``stylecore`` command: what it is made of."""

from __future__ import annotations

from typing import Annotated

import typer

from . import models
from .apply import apply
from .batch import batch
from .blend import blend
from .compare import compare
from .engines import engines
from .errors import Root
from .mask import mask
from .presets import presets
from .rerun import rerun
from .show import show
from .stylize import stylize
from .train import train
from .tune import tune
from .variadic import Variadic

app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(stylize)
app.command()(blend)
app.command(cls=Variadic)(batch)
app.command()(apply)
app.command()(compare)
app.command()(tune)
app.command()(presets)
app.command()(mask)
app.command()(show)
app.command()(rerun)
app.command()(train)
app.command()(engines)
app.add_typer(models.app, name="models")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"stylecore {version('stylecore')}")
        raise typer.Exit


@app.callback()
def describe(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which version this is.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Paint photographs in the manner of paintings (Gatys, Ecker & Bethge 2015).

    The first picture needs the weights of the VGG-19 network: they are fetched once and kept.

    Example: stylecore stylize photograph.jpg painting.jpg --output picture.png
    """
