"""Whether a strength means the same everywhere: the balance of whole runs, over pairs and sizes.

    python benchmarks/strength.py --size 256 512 1024 --keep out/strength
    python benchmarks/strength.py --size 128 --strength 0.5 --pair me.jpg ink.png

Every pair is painted at every size with every strength, and with fixed content weights: the
default, and for each strength the one weight that its calibrations come to over all pairs, as a
geometric mean. The balance is that of the picture as it is delivered, in 8 bits at its own size; 1
is what a run of strength 1 comes to there. The table has its mean and its spread, the
farthest that a pair is from the strength, or of a fixed weight from the mean. The folder of
``--keep`` gets the pictures, ``strength.jsonl`` and a sheet for each size; the same command again
takes what lies there as it is, and paints the rest.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import exp, log
from pathlib import Path
from statistics import fmean
from time import perf_counter

from pairs import Pair, ask_for_pairs, pairs_of
from sheet import Captioned, contact_sheet, write_sheet

import stylecore
from stylecore.models import ensure_artefact
from stylecore.pictures.tensors import Picture, to_tensor
from stylecore.settings import default_of
from stylecore.strength.yardstick import Way

FULL = "strength 1"


@dataclass(frozen=True)
class Line:
    """What was measured of a picture.

    Attributes:
        pair: names of its content and its style.
        size: pixels of the longer side.
        way: the strength, or the fixed weight.
        weight: of the content, that the run had.
        distance: D of the delivered picture.
        content: D of the content at this size.
        seconds: of the run, without its pilots.
        calibration: seconds of the pilots.
        pilots: content weights and balances of the calibration.
        correction: content weight of the last steps, and balance before them, as the run saw it.
        reached: the balance that the run saw at its end.
    """

    pair: str
    size: int
    way: str
    weight: float
    distance: float
    content: float
    seconds: float
    calibration: float = 0.0
    pilots: Sequence[Mapping[str, float]] = ()
    correction: Mapping[str, float] | None = None
    reached: float | None = None


def main() -> None:
    """Paint what is not there, measure it, print the table and draw the sheets."""
    given = arguments()
    book = Book(given.keep)
    settings = stylecore.Settings(engine=given.engine, steps=given.steps)
    with stylecore.Painter(ensure_artefact(settings), settings) as painter:
        for size in given.sizes:
            paint = partial(painted, painter, replace(settings, size=size), book)
            strengths = [f"strength {one:g}" for one in sorted({*given.strength, 1.0})]
            for pair in pairs_of(given):
                for way in (*strengths, f"weight {default_of('content_weight'):g}"):
                    paint(pair, way)
            fixed = list(usual(book, size, strengths))
            for pair in pairs_of(given) if given.fixed else ():
                for way in fixed:
                    paint(pair, way)
            ways = [*strengths, f"weight {default_of('content_weight'):g}"]
            write_sheet(given.keep / f"{size}.jpg", sheet(given, size, ways))
    print("\n".join(table(book)))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strength", type=float, nargs="+", default=[0.25, 0.5, 0.75, 1.0])
    parser.add_argument("--sizes", "--size", type=int, nargs="+", default=[256, 512, 1024])
    parser.add_argument("--steps", type=int, default=default_of("steps"))
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--no-fixed", dest="fixed", action="store_false", help="no fixed weights")
    ask_for_pairs(parser, Path("out/strength"), size=False)
    return parser.parse_args()


class Book:
    """What was measured before, a line of JSON for each picture."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._path = folder, folder / "strength.jsonl"
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        self.lines = [Line(**json.loads(one)) for one in text.splitlines() if one.endswith("}")]

    def has(self, pair: str, size: int, way: str) -> bool:
        """Whether a picture was measured."""
        return any((one.pair, one.size, one.way) == (pair, size, way) for one in self.lines)

    def add(self, line: Line) -> None:
        """Keep a line."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(line)) + "\n")
        self.lines.append(line)


def painted(
    painter: stylecore.Painter, settings: stylecore.Settings, book: Book, pair: Pair, way: str
) -> None:
    """Paint a pair in one way and measure the picture, unless that is done."""
    name, (kind, number) = name_of(pair), way.split()
    if book.has(name, settings.size, way):
        return
    chosen = {"strength": "strength", "weight": "content_weight"}[kind]
    scene = stylecore.read_scene(*pair, replace(settings, **{chosen: float(number)}))
    began = perf_counter()
    scene = replace(scene, calibrated=painter.calibrated(scene).calibrated)
    calibration = perf_counter() - began
    result = painter.paint(scene)
    file_of(book.folder, name, settings.size, way).parent.mkdir(parents=True, exist_ok=True)
    stylecore.write_image(file_of(book.folder, name, settings.size, way), result.image)
    yardstick, report = painter.yardstick(scene), result.report
    found = report["strength"] or {}
    line = Line(
        *(name, settings.size, way, report["settings"]["content_weight"]),
        *(yardstick(to_tensor(result.image)), yardstick.content),
        *(report["seconds"]["total"], calibration),
        **{name: found[name] for name in ("pilots", "correction", "reached") if name in found},
    )
    book.add(line)
    print(f"{name:24}{settings.size:5}  {way:14} weight {line.weight:8.4f}  "
          f"D {line.distance:.3f} of {line.content:.3f}, "
          f"{line.calibration:.1f} + {line.seconds:.1f} s{_seen(line)}", flush=True)  # fmt: skip


def _seen(line: Line) -> str:
    """What the run saw of its own balance, before its last steps and at its end."""
    if line.correction is None or line.reached is None:
        return ""
    weight, balance = line.correction["weight"], line.correction["balance"]
    return f", seen {balance:.3f}, with weight {weight:.4f} {line.reached:.3f}"


def name_of(pair: Pair) -> str:
    """What a pair is called."""
    return f"{pair[0].stem}-{pair[1].stem}"


def file_of(folder: Path, name: str, size: int, way: str) -> Path:
    """Where a picture lies."""
    return folder / str(size) / f"{name}-{way.replace(' ', '-')}.png"


def usual(book: Book, size: int, strengths: Sequence[str]) -> Iterator[str]:
    """For each strength below 1 the one weight that it comes to as a rule, as a way."""
    for way in strengths:
        found = [one.weight for one in book.lines if (one.size, one.way) == (size, way)]
        if all(found):
            yield f"weight {exp(fmean(map(log, found))):.3g}"


def balances(book: Book, size: int, way: str) -> list[float]:
    """Those of all pairs that were painted so."""
    ends = {one.pair: one.distance for one in book.lines if (one.size, one.way) == (size, FULL)}
    return [
        Way(one.content, ends[one.pair]).balance(one.distance)
        for one in book.lines
        if (one.size, one.way) == (size, way) and one.pair in ends
    ]


def table(book: Book) -> Iterator[str]:
    """Mean balance and spread of each way at each size, as Markdown."""
    yield "| size | way | pairs | balance, mean | least | most | spread |"
    yield "|---|---|---|---|---|---|---|"
    for size, way in sorted({(one.size, one.way) for one in book.lines}):
        found = balances(book, size, way)
        kind, number = way.split()
        aim = float(number) if kind == "strength" else fmean(found)
        spread = max(abs(one - aim) for one in found)
        numbers = (fmean(found), min(found), max(found), spread)
        cells = (size, way, len(found), *(f"{one:.2f}" for one in numbers))
        yield f"| {' | '.join(map(str, cells))} |"


def sheet(given: argparse.Namespace, size: int, ways: Sequence[str]) -> Picture:
    """A row for each pair: content, style, and the picture of every way."""
    rows: list[list[Captioned]] = []
    for pair in pairs_of(given):
        row = [(path.stem, stylecore.read_image(path)) for path in pair]
        for way in ways:
            path = file_of(given.keep, name_of(pair), size, way)
            row.append((way, stylecore.read_image(path)))
        rows.append(row)
    return contact_sheet(rows, given.panel)


if __name__ == "__main__":
    main()
