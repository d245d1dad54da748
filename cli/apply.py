"""``stylecore apply``: pictures and films painted by a network in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from ..engine.cores import notes_on
from ..errors import SettingsError
from ..settings import Color, EngineName, default_of
from .common import Metadata, Quiet, argument, optional
from .media import items_of, target_of
from .networks import LevelsName, opened, region_of
from .options import HELP
from .outputs import Outputs
from .standard import given
from .studio import Studio, end_with
from .tally import Tally, tally_for

if TYPE_CHECKING:
    from ..engine.table import Engine
    from ..feedforward.styler import Styler

Format = Literal["png", "jpg", "webp", "tif", "bmp"]

Network = Annotated[
    Path, argument("NETWORK", "An .onnx file: of `stylecore train`, or one that others published.")
]
Inputs = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="INPUT",
        help="Pictures, films, or folders of them; - is a picture from standard input.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    optional(
        "FILE|DIR",
        "Where the result goes: .png, .jpg, .webp, .tif or .bmp for a picture; MP4, MOV, MKV, AVI "
        "or WebM for a film. Left out, a new INPUT-NETWORK.png in the current folder; a folder "
        "gets it instead, several results need one, and - is standard output, as PNG.",
        "--output",
        "-o",
    ),
]
Size = Annotated[
    int | None,
    optional("PIXELS", "Longest side of the results; left out, that of each input.", "--size"),
]
Whose = Annotated[
    Color,
    typer.Option(
        metavar="|".join(get_args(Color)),
        help="Whose colours: the network's, or the input's by painting light and dark alone "
        "(luminance), by recolouring what was painted (match), or by putting its chroma back "
        "(content).",
    ),
]
Keep = Annotated[
    Path | None, optional("MASK", "The part of the input (white) that is left untouched.")
]
Regions = Annotated[
    list[str] | None,
    optional(
        "MASK=NETWORK",
        "A part of the input (white) that another network paints; repeatable. Soft edges fade.",
        "--region",
    ),
]
TileSize = Annotated[
    int,
    typer.Option(
        metavar="PIXELS",
        help="Paint in tiles of this side, to save memory; 0: only where memory is short.",
    ),
]
Range = Annotated[
    LevelsName,
    typer.Option(
        "--range",
        metavar="|".join(get_args(LevelsName)),
        help="What the network counts colours in: 0–255 (byte), 0–1 (unit) or −1–1 (signed); auto "
        "asks the file, or finds out by a run.",
    ),
]
Suffix = Annotated[
    Format,
    typer.Option(
        "--format", metavar="|".join(get_args(Format)), help="Of pictures that get a new name."
    ),
]
Engines = Annotated[
    EngineName,
    typer.Option(metavar="|".join(get_args(EngineName)), help=HELP["engine"][1]),
]
Threads = Annotated[int, typer.Option(help=HELP["threads"][1])]
Camera = Annotated[
    int | None,
    optional(
        "NUMBER",
        "Paint what a camera sees, 0 for the first, in a window; q or Escape closes it.",
        "--camera",
    ),
]


def apply(
    network: Network,
    inputs: Inputs = None,
    output: Output = None,
    longest: Size = None,
    color: Whose = default_of("color"),
    keep: Keep = None,
    region: Regions = None,
    tile: TileSize = 0,
    levels: Range = "auto",
    suffix: Suffix = "png",
    camera: Camera = None,
    engine: Engines = default_of("engine"),
    threads: Threads = default_of("threads"),
    metadata: Metadata = "no-gps",
    quiet: Quiet = False,
) -> None:
    """Paint INPUT by a network, in one pass: a picture in a fraction of a second, or a film.

    Ctrl-C, SIGTERM and SIGHUP leave what is done, and of a film a shorter one that can be played.
    """
    from ..engine.engines import choose_engine

    keep = None if keep is None else given(keep)
    regions = [region_of(text) for text in region or []]
    chosen = choose_engine(engine, threads)

    def open_styler(tally: Tally) -> Styler:
        for note in notes_on(chosen.threads):
            tally.say(note)
        return _styler(network, regions, keep, color, tile, levels, chosen, tally)

    if camera is not None:
        if inputs or output is not None:
            raise SettingsError("--camera shows what it sees in a window; leave INPUT and -o out")
        _show(camera, open_styler, network, longest, quiet=quiet)
        return
    items = items_of(inputs or [])
    reads = [network, *(path for pair in regions for path in pair)]
    outputs = Outputs([*reads, *(item.source for item in items), *([keep] if keep else [])])
    with target_of(output, inputs or [], items, network, f".{suffix}") as target:
        with tally_for(quiet=quiet) as tally:
            studio = Studio(outputs, target, tally, longest, metadata)
            studio.expect(items)
            studio.paint_all(items, open_styler(tally))
        end_with(studio, len(items), _words(chosen), quiet=quiet)


def _styler(
    base: Path,
    regions: Sequence[tuple[Path, Path]],
    keep: Path | None,
    color: Color,
    tile: int,
    levels: LevelsName,
    engine: Engine,
    tally: Tally,
) -> Styler:
    """Open all networks, each once, and say what was assumed of them."""
    from ..feedforward.runner import Runner
    from ..feedforward.styler import Part, Styler

    def count(done: int, total: int) -> None:
        tally.count(done, total, "tile")

    runners: dict[Path, Runner] = {}
    for path in (base, *(path for _, path in regions)):
        if path not in runners:
            network = opened(path, engine, levels, tally.say)
            runners[path] = Runner(network, tile, tally.say, count)
    parts = [Part(mask, runners[path], f"region {mask}") for mask, path in regions]
    return Styler(runners[base], parts=parts, keep=keep, color=color)


def _show(
    camera: int,
    open_styler: Callable[[Tally], Styler],
    network: Path,
    size: int | None,
    *,
    quiet: bool,
) -> None:
    from ..feedforward.window import check_window, show_camera

    check_window()  # rather than after the network is open
    with tally_for(quiet=quiet) as tally:
        styler = open_styler(tally)
        tally.begin(f"camera {camera}")

        def count(done: int, seconds: float) -> None:  # noqa: ARG001
            tally.count(done, 0, "frame", each=True)

        show_camera(camera, styler, title=f"stylecore: {network.stem}", size=size, on_frame=count)


def _words(engine: Engine) -> str:
    return f"{engine.name} in {engine.precision}"
