"""Many pairs, painted in one way and another: a contact sheet, and how legible each stays.

    python benchmarks/pairs.py --size 512 --keep out/pairs
    python benchmarks/pairs.py --way default --way held content_weight=0.15 --pair me.jpg ink.png

Without ``--pair`` or ``--folder`` the pairs are made of the pictures in ``examples/``. A way is a
name and the settings that differ from the defaults, or preset=NAME; without ``--way`` there are
two, the defaults and the plain method. The folder of ``--keep`` gets every picture and
``sheet.jpg``; pictures that lie there already are taken as they are. A picture's caption has its
structure and its E, which ``benchmarks/legibility.py`` explains.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import legibility
from sheet import Captioned, contact_sheet, write_sheet

import stylecore
from stylecore.models import ensure_artefact
from stylecore.pictures.tensors import Picture
from stylecore.presets.library import preset_values
from stylecore.settingsfile import value_of

EXAMPLES = Path(__file__).parents[1] / "examples"
PAIRS = (
    *(("pagoda", "night"), ("cat", "wave"), ("coffee", "harbour"), ("astronaut", "night")),
    *(("astronaut", "poster"), ("cat", "poster"), ("pagoda", "mist"), ("astronaut", "wave")),
    *(("coffee", "wave"), ("cat", "harbour"), ("coffee", "poster"), ("pagoda", "wave")),
)
PLAIN = {"composition": "style", "detail": "content", "style_loss": "gram"}
WAYS = {"default": {}, "plain": PLAIN}

Pair = tuple[Path, Path]


def main() -> None:
    """Paint every pair in every way; print a table and draw the sheet."""
    given = arguments()
    ways = dict(way(words) for words in given.way or []) or WAYS
    rows: list[list[Captioned]] = []
    print(f"{legibility.header()}{'seconds':>9}")
    for content, style in pairs_of(given):
        row = [(path.stem, stylecore.read_image(path)) for path in (content, style)]
        for name, changed in ways.items():
            file = given.keep / f"{content.stem}-{style.stem}-{name}.png"
            settings = stylecore.Settings(size=given.size, engine=given.engine, **changed)
            picture, seconds = painted(content, style, settings, file)
            verdict = legibility.judge(row[0][1], row[1][1], picture)
            print(f"{legibility.line(file.stem, verdict)}{seconds:>9}", flush=True)
            said = f"{name} {verdict.structure:.2f}, {verdict.mean:.2f}"
            row.append((said, picture))
        rows.append(row)
        write_sheet(given.keep / "sheet.jpg", contact_sheet(rows, given.panel))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="auto")
    parser.add_argument(
        "--way",
        nargs="+",
        action="append",
        metavar="WORD",
        help="a name, then setting=value or preset=NAME",
    )
    ask_for_pairs(parser, Path("out/pairs"))
    return parser.parse_args()


def ask_for_pairs(parser: argparse.ArgumentParser, keep: Path, *, size: bool = True) -> None:
    """Add the options that say which pairs are painted, perhaps how large, and where they go."""
    if size:
        parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--pair", type=Path, nargs=2, action="append", metavar=("CONTENT", "STYLE"))
    parser.add_argument(
        "--folder", type=Path, help="each picture of its content/ with each of its style/"
    )
    parser.add_argument("--keep", type=Path, default=keep, help="folder for all of it")
    parser.add_argument("--panel", type=int, default=256, help="pixels of a picture on the sheet")


def way(words: list[str]) -> tuple[str, Mapping[str, Any]]:
    """A name and settings, from words as they stand on the command line, or preset=NAME."""
    name, *changes = words
    values: dict[str, Any] = {}
    for change in changes:
        key, _, text = change.partition("=")
        values |= preset_values(text) if key == "preset" else {key: value_of(key, text, change)}
    return name, values


def pairs_of(given: argparse.Namespace) -> list[Pair]:
    """Those that were asked for, or the examples'."""
    pairs: list[Pair] = [(content, style) for content, style in given.pair or []]
    if given.folder is not None:
        contents, styles = (sorted((given.folder / one).iterdir()) for one in ("content", "style"))
        pairs += [(content, style) for content in contents for style in styles]
    return pairs or [tuple(EXAMPLES / f"{name}.jpg" for name in pair) for pair in PAIRS]


def painted(
    content: Path, style: Path, settings: stylecore.Settings, file: Path
) -> tuple[Picture, str]:
    """The picture, and the seconds that it took, if it was not there."""
    if file.exists():
        return stylecore.read_image(file), ""
    model = ensure_artefact(settings)
    start = perf_counter()
    result = stylecore.stylize(content, style, model=model, settings=settings)
    seconds = perf_counter() - start
    file.parent.mkdir(parents=True, exist_ok=True)
    stylecore.write_image(file, result.image)
    return result.image, f"{seconds:.0f}"


if __name__ == "__main__":
    main()
