"""``stylecore models``: the weights that are known, and how they get here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from ..errors import ModelError
from ..models import sources
from ..models.fetching.fetch import fetch, present
from ..models.imported import Imported, import_weights, imported, remove
from ..models.inspection import inspect_artefact, inspect_weights
from ..models.sources import Source
from .artefacts import build, export
from .common import Offline, Quiet, argument
from .progress import progress_for

_NAME = "Which weights: a name of the list"

app = typer.Typer(
    name="models", help="Get and manage the weights of the network.", no_args_is_help=True
)
app.command("build")(build)
app.command("export")(export)


@app.command("fetch")
def fetch_command(
    name: Annotated[
        str, argument("NAME", f"{_NAME}; {sources.DEFAULT} if left out.")
    ] = sources.DEFAULT,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Bring weights here, verified, and show where they lie."""
    with progress_for(quiet=quiet) as progress:
        path = fetch(name, offline=offline, on_progress=progress.fetched, on_note=progress.say)
    typer.echo(path)


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every detail.")] = False,
) -> None:
    """Show the weights that are known, and which of them are here."""
    rows = [_row(source) for source in sources.known().values()]
    rows += [_imported_row(entry) for entry in imported().values()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        _print_rows(rows)


@app.command("import")
def import_command(
    file: Annotated[Path, argument("FILE", "A file of VGG-19 weights, of any known form.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call them.")],
) -> None:
    """Keep a verified copy of weights that you have, under a name."""
    typer.echo(import_weights(file, name).path)


@app.command("check")
def check_command(
    name: Annotated[
        str,
        argument(
            "NAME|DIR", f"{_NAME}, or the folder of a network; {sources.DEFAULT} if left out."
        ),
    ] = sources.DEFAULT,
) -> None:
    """Verify weights, the gradient of their network, and its features of a test picture."""
    folder = Path(name)
    findings = inspect_artefact(folder) if folder.is_dir() else inspect_weights(name)
    table = Table(box=None, pad_edge=False)
    for title in ("check", "result", "found"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        table.add_row(finding.what, "ok" if finding.passed else "FAILED", finding.detail)
    Console().print(table)
    failed = [finding.what for finding in findings if not finding.passed]
    if failed:
        raise ModelError(f"{name} failed: {', '.join(failed)}; bring or build it again")


@app.command("remove")
def remove_command(
    name: Annotated[str, argument("NAME", f"{_NAME}.")],
) -> None:
    """Delete fetched or imported weights; pictures and networks stay."""
    for path in remove(name):
        typer.echo(f"removed {path}")


def _row(source: Source) -> dict[str, Any]:
    path = present(source)
    return {
        "name": source.name,
        "form": source.form,
        "about": source.about,
        "cached": str(path) if path else None,
        "size": source.size,
        "sha256": source.sha256 or source.sha256_prefix,
        "md5": source.md5,
        "source": source.origin,
        "licence": source.licence,
    }


def _imported_row(entry: Imported) -> dict[str, Any]:
    return {
        "name": entry.name,
        "form": "imported file",
        "about": f"imported from {entry.file}",
        "cached": str(entry.path) if entry.path.is_file() else None,
        "size": entry.size,
        "sha256": entry.sha256,
        "md5": "",
        "source": f"imported from {entry.file}",
        "licence": entry.licence,
    }


def _print_rows(rows: list[dict[str, Any]]) -> None:
    console = Console(highlight=False, markup=False)
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        here = "here" if row["cached"] else "-"
        size = f"{row['size'] / 1e6:.1f} MB" if row["size"] else "? MB"
        checksum = (row["sha256"] or row["md5"])[:12]
        origin: str = row["source"]
        source = urlsplit(origin).hostname or origin
        console.print(f"{row['name']:{width}}  {here:4}  {size:>8}  {checksum:12}  {source}")
        console.print(Padding(row["licence"], (0, 0, 0, 4)), style="dim")
