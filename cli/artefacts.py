"""``stylecore models build`` and ``export``: networks, from weights to what a deployment ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from ..settings import Pooling, Settings, default_of, parse_layers
from .errors import native_silence
from .outputs import Outputs, weight_files
from .progress import megabytes, progress_for

if TYPE_CHECKING:
    from ..models.readers.weights import Weights

Storage = Literal["float32", "float16", "palette8"]
Gradient = Literal["standard", "ort-training"]

PoolingOption = Annotated[
    Pooling, typer.Option("--pooling", help="How the network halves its features.")
]
ContentLayers = Annotated[
    str, typer.Option("--content-layers", help="Layers that hold the content: relu4_1,relu4_2.")
]
StyleLayers = Annotated[
    str, typer.Option("--style-layers", help="Layers that hold the style, written the same way.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Never touch the network.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]

_POOLING = default_of("pooling")
_CONTENT = ",".join(default_of("content_layers"))
_STYLE = ",".join(default_of("style_layers"))


def build(
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Another source of weights, or a weight file of yours.",
            show_default=False,
        ),
    ] = None,
    pooling: PoolingOption = _POOLING,
    content_layers: ContentLayers = _CONTENT,
    style_layers: StyleLayers = _STYLE,
    gradient: Annotated[
        Gradient,
        typer.Option(
            help="Who makes the gradient: standard operators, which every ONNX Runtime runs, or "
            "ONNX Runtime training, which must then be what is installed."
        ),
    ] = "standard",
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="A folder for the network; left out, it goes to the cache.",
            show_default=False,
        ),
    ] = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Build the network for some pooling and layers, and show where it lies.

    `stylize` does this by itself; build again what is damaged, or what a program shall ship.
    """
    from ..models.making.build import build_artefact
    from ..models.prepare import artefact_folder

    settings = _settings(pooling, content_layers, style_layers)
    if output is not None:
        Outputs(weight_files(model)).expect_folder(output)
    weights, path = _weights(model, offline=offline, quiet=quiet)
    folder = output or artefact_folder(path, settings, gradient)
    with native_silence():
        build_artefact(
            weights,
            folder,
            pooling=pooling,
            content_layers=tuple(settings.content_layers),
            style_layers=tuple(settings.style_layers),
            gradient=gradient,
        )
    typer.echo(folder)


def export(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME|FILE", help="Which weights: a name of the list, or a file."),
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    storage: Annotated[
        Storage, typer.Option(help="How the weights are stored; all are expanded when loaded.")
    ] = "float32",
    pooling: PoolingOption = _POOLING,
    content_layers: ContentLayers = _CONTENT,
    style_layers: StyleLayers = _STYLE,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Write a network for a deployment, and show what its storage does to the features.

    Copy the folder beside your program, and give it as `model`: stylecore runs it with NumPy,
    SciPy, OpenCV and ONNX Runtime, and nothing else.
    """
    from ..models.making.build import build_artefact
    from ..models.making.verification import storage_errors

    settings = _settings(pooling, content_layers, style_layers)
    Outputs(weight_files(name)).expect_folder(folder)
    weights, _ = _weights(name, offline=offline, quiet=quiet)
    build_artefact(
        weights,
        folder,
        pooling=pooling,
        content_layers=tuple(settings.content_layers),
        style_layers=tuple(settings.style_layers),
        storage=storage,
    )
    _print_errors(storage_errors(weights, folder))
    size = sum(file.stat().st_size for file in folder.iterdir())
    typer.echo(f"{folder}: {megabytes(size)}, {storage}, {weights.licence}")


def _settings(pooling: Pooling, content_layers: str, style_layers: str) -> Settings:
    return Settings(
        pooling=pooling,
        content_layers=parse_layers(content_layers),
        style_layers=parse_layers(style_layers),
    )


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
