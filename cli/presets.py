"""``stylecore presets``: the looks that have names."""

from __future__ import annotations

from typing import Annotated

import typer

from ..presets.library import preset_line, preset_names, preset_text
from .common import argument

Name = Annotated[
    str | None,
    argument("NAME", "Show this one's settings, as a file that --settings takes."),
]


def presets(name: Name = None) -> None:
    """List the looks that --preset takes, or show what one is made of.

    Example: stylecore presets bold > mine.toml
    """
    if name is not None:
        typer.echo(preset_text(name), nl=False)
        return
    width = max(map(len, preset_names()))
    for one in preset_names():
        typer.echo(f"{one:{width}}  {preset_line(one)}")
