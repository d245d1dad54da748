"""``stylecore models build`` and ``export``: networks, from weights to what a deployment ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer
from rich.console import Console
from rich.table import Table

from ..settings import Settings
from ..silence import native_silence
from .common import Offline, Quiet, argument, optional
from .options import with_settings_of
from .outputs import Outputs, weight_files
from .progress import megabytes, progress_for

if TYPE_CHECKING:
    from ..models.readers.weights import Weights

Storage = Literal["float32", "float16", "palette8"]
Gradient = Literal["standard", "ort-training"]

with_layout = with_settings_of(
    "pooling", "content_layers", "style_layers", "style_loss", "coarse_content", "composition"
)


@with_layout
def build(
    settings: Settings,
    model: Annotated[
        str | None,
        optional("NAME|FILE", "Another source of weights, or a weight file of yours."),
    ] = None,
    gradient: Annotated[
        Gradient,
        typer.Option(
            metavar="|".join(get_args(Gradient)),
            help="Who makes the gradient: standard operators, which every ONNX Runtime runs, or "
            "ONNX Runtime training, which must then be what is installed.",
        ),
    ] = "standard",
    output: Annotated[
        Path | None,
        optional("DIR", "A folder for the network; left out, it goes to the cache.", "--output"),
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Build the network for some pooling, layers and style loss, and show where it lies.

    `stylize` does this by itself; build again what is damaged, or what a program shall ship.
    """
    from ..models.prepare import artefact_folder, build_for

    if output is not None:
        Outputs(weight_files(model)).expect_folder(output)
    weights, path = _weights(model, offline=offline, quiet=quiet)
    folder = output or artefact_folder(path, settings, gradient)
    with native_silence():
        build_for(settings, weights, folder, gradient=gradient)
    typer.echo(folder)


@with_layout
def export(
    name: Annotated[str, argument("NAME|FILE", "Which weights: a name of the list, or a file.")],
    folder: Annotated[
        Path, argument("DIR", "A new folder, or that of a network, which is replaced.")
    ],
    settings: Settings,
    storage: Annotated[
        Storage,
        typer.Option(
            metavar="|".join(get_args(Storage)),
            help="How the weights are stored; all are expanded when loaded.",
        ),
    ] = "float32",
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Write a network for a deployment, and show what its storage does to the features.

    Copy the folder beside your program, and give it as `model`: stylecore runs it with NumPy,
    SciPy, OpenCV and ONNX Runtime, and nothing else.
    """
    from ..models.making.verification import storage_errors
    from ..models.prepare import build_for

    Outputs(weight_files(name)).expect_folder(folder)
    weights, _ = _weights(name, offline=offline, quiet=quiet)
    build_for(settings, weights, folder, storage=storage)
    _print_errors(storage_errors(weights, folder))
    size = sum(file.stat().st_size for file in folder.iterdir())
    typer.echo(f"{folder}: {megabytes(size)}, {storage}, {weights.licence}")


def _weights(model: str | None, *, offline: bool, quiet: bool) -> tuple[Weights, Path]:
    from ..models.prepare import ensure_weights
    from ..models.readers.weights import read_weights

    with progress_for(quiet=quiet) as progress:
        path = ensure_weights(
            model, offline=offline, on_progress=progress.fetched, on_note=progress.say
        )
    return read_weights(path), path


def _print_errors(errors: dict[str, float]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("features")
    table.add_column("relative difference from float32", justify="right")
    for name, error in errors.items():
        table.add_row(name, f"{error:.1e}" if error else "0")
    Console().print(table)
