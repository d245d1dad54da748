"""Options that several commands share, and how one is written that may be left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

if TYPE_CHECKING:
    from ..pictures.notes import Metadata as Read

Offline = Annotated[bool, typer.Option("--offline", help="Never touch the network.")]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Say nothing but errors, and what the command is there to show."
    ),
]


def optional(metavar: str, text: str, *flags: str, panel: str | None = None) -> Any:
    """An option that has no value unless one is given.

    Args:
        metavar: stands for the value in the help.
        text: the help.
        flags: how it is written, where the parameter's name does not tell.
        panel: of the help in which it stands.
    """
    return typer.Option(
        *flags, metavar=metavar, help=text, rich_help_panel=panel, show_default=False
    )


def argument(metavar: str, text: str) -> Any:
    """An argument, by what stands for it and its help."""
    return typer.Argument(metavar=metavar, help=text, show_default=False)


def output(text: str) -> Any:
    """The option that says where a command's picture goes."""
    return optional("FILE", text, "--output", "-o")


Carried = Literal["no-gps", "all", "none"]
Metadata = Annotated[
    Carried,
    typer.Option(
        metavar="|".join(get_args(Carried)),
        help="What the picture carries of the photograph's Exif, copyright, date and dots per "
        "inch: all but the place where it was taken, all, or none.",
    ),
]
NoMetadata = Annotated[
    bool,
    typer.Option(
        "--no-metadata",
        help="Write the pixels and their profile alone: nothing of the photograph's, nor how the "
        "picture was made.",
    ),
]
Content = Annotated[Path, argument("CONTENT", "The photograph; - is standard input.")]
Model = Annotated[
    str | None,
    optional("NAME|PATH", "Another source of weights, or a weight file or artefact of yours."),
]


def metadata_of(content: Path, carried: Carried, no_metadata: bool = False) -> Read | None:
    """What the result carries of a content, by these options; None where it shall carry nothing."""
    from ..pictures.metadata import read_metadata
    from ..pictures.notes import Metadata

    if no_metadata:
        return None
    return Metadata() if carried == "none" else read_metadata(content, place=carried == "all")
