"""``stylecore show``: how a picture was made, as its file tells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from ..errors import StylecoreError
from ..settings import default_of
from .common import argument
from .standard import given

if TYPE_CHECKING:
    from ..provenance.provenance import Provenance
    from ..strength.calibrated import Calibrated

_SHOWN = 12
"""Digits of a checksum that are enough to tell one file from another."""


def show(
    picture: Annotated[Path, argument("PICTURE", "What stylecore has made; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every detail.")] = False,
) -> None:
    """Show how PICTURE was made: its inputs, settings, network and losses.

    The file itself says it, in its XMP. Settings that are not the defaults are marked with *.
    """
    made = made_of(given(picture), picture)
    if as_json:
        typer.echo(json.dumps(made.as_dict(), indent=2))
        return
    lines = list(_lines(made))
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        typer.echo(f"{name:{width}}  {text}")


def made_of(path: Path, named: Path) -> Provenance:
    """How a picture was made.

    Args:
        path: where it lies.
        named: what the user calls it.

    Raises:
        StylecoreError: where its file does not say.
    """
    from ..provenance.provenance import read_provenance

    made = read_provenance(path)
    if made is None:
        raise StylecoreError(
            f"{named} does not say how it was made; give a PNG, JPEG, WebP or TIFF file that"
            " stylecore has made, without --no-metadata"
        )
    return made


def _lines(made: Provenance) -> Iterator[tuple[str, str]]:
    for what, one in made.inputs.named():
        yield what, f"{one.name or 'no file'}  {one.sha256[:_SHOWN]}"
    model, engine = made.model, made.engine
    yield "network", f"{model['name']}, weights {model['source']}  {model['sha256'][:_SHOWN]}"
    yield "engine", f"{engine['name']} in {engine['precision']}"
    yield "steps", f"{made.steps}{'' if made.finished else ', then something ended it early'}"
    if made.strip:
        yield "strip", f"{made.strip} pictures"
    if made.calibrated is not None:
        yield "strength", f"{made.calibrated.strength:g}, which {_came_to(made.calibrated)}"
    if made.losses is not None:
        yield "loss", _losses(made.losses)
    yield "versions", ", ".join(f"{name} {one}" for name, one in made.versions.items())
    for name, value in made.settings.as_dict().items():
        if made.calibrated is not None and name == "strength":
            continue  # that is told above
        text = _text(value)
        yield name, text if text == _text(default_of(name)) else f"{text}  *"


def _came_to(found: Calibrated) -> str:
    """What it came to: ``came to content_weight 0.037, and to 0.052 at the end``."""
    weights = ", ".join(f"{name} {_text(one)}" for name, one in found.changes.items())
    end = "" if found.correction is None else f", and to {found.correction.weight:.3g} at the end"
    return f"came to {weights}{end}"


def _losses(losses: Mapping[str, float | None]) -> str:
    shown = {name: "none" if one is None else f"{one:.4g}" for name, one in losses.items()}
    parts = [f"{name} {one}" for name, one in shown.items() if name != "loss"]
    return f"{shown.get('loss', 'none')} ({', '.join(parts)})"


def _text(value: Any) -> str:
    """A setting as its option takes it."""
    if isinstance(value, Mapping):
        layers = cast("Mapping[str, float]", value).items()
        return ",".join(f"{name}:{one:g}" if one != 1 else name for name, one in layers)
    if isinstance(value, tuple):
        return ",".join(f"{one:g}" for one in cast("tuple[float, ...]", value)) or "none"
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
