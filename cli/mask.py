"""``stylecore mask``: label pictures of the regions of content and style."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .. import files
from ..errors import SettingsError
from .common import Quiet, argument, optional, output
from .errors import FAILED, complain, while_reading
from .names import place_of
from .outputs import Outputs
from .rescue import placed
from .standard import STANDARD, given, named

if TYPE_CHECKING:
    from ..masks.find import FoundLabels, FoundRegion
    from ..masks.strokes import Box, Drawn
    from ..pictures.tensors import Picture

_HINTS = "One thing"

Content = Annotated[Path, argument("PICTURE", "The picture to find regions in.")]
Output = Annotated[
    Path | None,
    output(
        "Where its label picture goes: .png, .tif or .bmp. "
        "Left out, a new PICTURE-labels.png in the current folder; a folder gets it instead, and - "
        "is standard output, as PNG."
    ),
]
Regions = Annotated[
    int | None,
    optional("COUNT", "How many regions to find; 3 if left out. A box or strokes make two."),
]
Style = Annotated[
    Path | None, optional("PICTURE", "A style in which to find the matching regions.")
]
StyleOutput = Annotated[
    Path | None,
    optional("FILE", "Where the style's label picture goes. Left out, a new STYLE-labels.png."),
]
Sheet = Annotated[
    Path | None,
    optional(
        "FILE", "Show here what was found: pictures, outlines, labels, and the regions in pairs."
    ),
]
BoxOption = Annotated[
    str | None,
    optional(
        "X,Y,WIDTH,HEIGHT",
        "Cut out the thing in this box, in pixels from the upper left: two regions.",
        "--box",
        panel=_HINTS,
    ),
]
Foreground = Annotated[
    list[str] | None,
    optional(
        "POINTS|FILE",
        "A stroke on the thing to cut out: '120,80' or '120,80 160,95', or a picture of "
        "white strokes on black; repeatable.",
        panel=_HINTS,
    ),
]
Background = Annotated[
    list[str] | None,
    optional(
        "POINTS|FILE",
        "A stroke beside the thing, written the same way; repeatable.",
        panel=_HINTS,
    ),
]


def mask(
    picture: Content,
    output: Output = None,
    regions: Regions = None,
    style: Style = None,
    style_output: StyleOutput = None,
    sheet: Sheet = None,
    quiet: Quiet = False,
    box: BoxOption = None,
    foreground: Foreground = None,
    background: Background = None,
) -> None:
    """Find the regions of PICTURE, and those of a style that match them.

    The label pictures can be edited in any paint program: the same colour is the same region.
    Give them to stylize as --content-regions and --style-regions.
    """
    from ..masks.find import find_labels

    inputs = [given(path) for path in (picture, style) if path is not None]
    outputs = Outputs([*inputs, *_files([*(foreground or []), *(background or [])])])
    with _places(inputs, output, style_output, sheet) as places:
        _expect(outputs, places)
        pictures = [_read(path) for path in inputs]
        found = find_labels(
            *pictures,
            regions=regions,
            box=None if box is None else _box(box),
            foreground=[_stroke(text) for text in foreground or []],
            background=[_stroke(text) for text in background or []],
        )
        _write(outputs, places, pictures, found)
    if not quiet:
        for line in _summary(places, found):
            typer.echo(line, err=STANDARD in places.values())


@contextmanager
def _places(
    inputs: Sequence[Path], output: Path | None, style_output: Path | None, sheet: Path | None
) -> Generator[dict[str, Path]]:
    """The files that will be written, by what they are."""
    picture, *styles = inputs
    if style_output is not None and not styles:
        raise SettingsError("--style-output was given without a style; give --style as well")
    with ExitStack() as stack:
        labels = [Path("labels")]
        places = {"content": stack.enter_context(place_of(output, picture, labels))}
        for style in styles:
            places["style"] = stack.enter_context(place_of(style_output, style, labels))
        if sheet is not None:
            places["sheet"] = sheet
        yield places


def _expect(outputs: Outputs, places: Mapping[str, Path]) -> None:
    from ..pictures.labels import check_lossless

    for kind, path in places.items():
        if kind != "sheet" and path != STANDARD:
            check_lossless(path)
        outputs.expect_picture(path)


def _read(path: Path) -> Picture:
    from ..pictures.images import read_image

    with while_reading():
        return read_image(path)


def _write(
    outputs: Outputs, places: Mapping[str, Path], pictures: Sequence[Picture], found: FoundLabels
) -> None:
    """Write what was found; what is not where it should be is said, and fails the command."""
    from ..masks.sheet import contact_sheet

    made = {"content": found.content}
    if found.style is not None:
        made["style"] = found.style
    if "sheet" in places:
        made["sheet"] = contact_sheet(pictures[0], found, *pictures[1:])
    failures: list[str] = []
    for kind, picture in made.items():
        write = partial(outputs.write_picture, picture=picture)
        lies, reason = placed(places[kind], ".png", write)
        failures += [f"{reason}; it is in {lies}"] if reason else []
    if failures:
        complain("; ".join(failures))
        raise typer.Exit(FAILED)


def _box(text: str) -> Box:
    from ..masks.strokes import Box

    try:
        x, y, width, height = (int(number) for number in text.split(","))
    except ValueError:
        raise SettingsError(
            f"--box is {text!r}; give four whole numbers of pixels: x,y,width,height"
        ) from None
    return Box(x, y, width, height)


def _files(strokes: Sequence[str]) -> list[Path]:
    return [given(Path(text)) for text in strokes if _points(text) is None]


def _stroke(text: str) -> Drawn:
    points = _points(text)
    if points is not None:
        return points
    path = given(Path(text))
    if not files.is_there(path):
        raise SettingsError(
            f"the stroke {text!r} is neither points nor a file; give x,y or 'x,y x,y …' in pixels,"
            " or the path of a picture"
        )
    from ..pictures.sources import mask_of

    with while_reading():
        levels = mask_of(path, f"the stroke {text!r}")
    return (levels.mean(axis=2) if levels.ndim == 3 else levels) > 127


def _points(text: str) -> list[tuple[float, float]] | None:
    try:
        pairs = [word.split(",") for word in text.split()]
        return [(float(x), float(y)) for x, y in pairs] or None
    except ValueError:
        return None


def _summary(places: Mapping[str, Path], found: FoundLabels) -> list[str]:
    return [", ".join(map(named, places.values())), *map(_line, found.regions)]


def _line(region: FoundRegion) -> str:
    name = "#{:02x}{:02x}{:02x}".format(*region.color)
    if region.style_share is None:
        return f"  {name}  {region.share:4.0%}"
    return f"  {name}  {region.share:4.0%} of the content  {region.style_share:4.0%} of the style"
