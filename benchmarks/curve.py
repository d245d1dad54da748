"""Quality against seconds, over many pairs: settings beside settings, or one commit beside another.

    python benchmarks/curve.py --way now --way before command=../before/.venv/bin/stylecore
    python benchmarks/curve.py --way gram style-loss=gram --way default --budget 60 90 150

A way is a name and options of ``stylecore stylize`` that differ, or the command of another
installation. ``--budget`` paints every way at several numbers of steps, which makes a curve of a
point. Whole commands are timed, by turns: for each pair every way, before the next pair. All
pictures are judged by the same measures: the plain loss (Grams of the whole style, content weight
0.05), and structure and E at layers that no run optimises, of ``benchmarks/legibility.py``.
The folder of ``--keep`` gets every picture, ``sheet.jpg`` and ``curve.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import legibility
from pairs import PLAIN, Pair, ask_for_pairs, pairs_of
from sheet import Captioned, contact_sheet, write_sheet

import stylecore
from stylecore.models import ensure_artefact
from stylecore.pictures.tensors import Picture, to_tensor


@dataclass(frozen=True)
class Way:
    """A way of painting.

    Attributes:
        name: for the table.
        command: of the installation that paints.
        options: of the command.
    """

    name: str
    command: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """What one picture cost and is worth."""

    seconds: float
    loss: float
    structure: float
    effectiveness: float


def main() -> None:
    """Paint every pair in every way, by turns; print a table and draw the sheet."""
    given = arguments()
    ways = [spread for words in given.way for spread in at_budgets(way(words), given.budget)]
    points: dict[str, list[Point]] = {one.name: [] for one in ways}
    rows: list[list[Captioned]] = []
    for pair in pairs_of(given):
        row = [(path.stem, stylecore.read_image(path)) for path in pair]
        loss = PlainLoss(pair, given.size)
        for one in ways:
            file = given.keep / f"{pair[0].stem}-{pair[1].stem}-{one.name}.png"
            seconds = painted(pair, one, given.size, file)
            picture = stylecore.read_image(file)
            verdict = legibility.judge(row[0][1], row[1][1], picture)
            point = Point(seconds, loss(picture), verdict.structure, verdict.mean)
            points[one.name].append(point)
            print(line(file.stem, [point]), flush=True)
            row.append((f"{one.name}: {seconds:.1f} s, E {verdict.mean:.2f}", picture))
        rows.append(row)
        write_sheet(given.keep / "sheet.jpg", contact_sheet(rows, given.panel))
    report(points, given.keep)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", nargs="+", action="append", metavar="WORD", required=True)
    parser.add_argument("--budget", type=int, nargs="+", default=[0], help="steps; 0: the default")
    ask_for_pairs(parser, Path("out/curve"))
    return parser.parse_args()


def way(words: Sequence[str]) -> Way:
    """A name and options without their dashes, ``style-loss=gram``; ``command=`` is no option."""
    name, *changes = words
    command = str(Path(sys.executable).with_name("stylecore"))
    options: list[str] = []
    for change in changes:
        key, _, value = change.partition("=")
        if key == "command":
            command = value
        else:
            options += [f"--{key}", value]
    return Way(name, command, tuple(options))


def at_budgets(one: Way, budgets: Sequence[int]) -> list[Way]:
    """The same way with every number of steps."""
    return [
        Way(f"{one.name}-{steps}", one.command, (*one.options, "--steps", str(steps)))
        if steps
        else one
        for steps in budgets
    ]


def painted(pair: Pair, one: Way, size: int, file: Path) -> float:
    """The seconds of the whole command."""
    file.parent.mkdir(parents=True, exist_ok=True)
    words = [*map(str, pair), "--output", str(file), "--size", str(size), "--quiet"]
    start = perf_counter()
    subprocess.run([one.command, "stylize", *words, *one.options], check=True)
    return perf_counter() - start


class PlainLoss:
    """The objective of Gatys et al., which judges every way alike."""

    def __init__(self, pair: Pair, size: int) -> None:
        settings = stylecore.Settings(size=size, **PLAIN)
        self._objective = stylecore.objective_between(
            *pair, model=ensure_artefact(settings), settings=settings
        )

    def __call__(self, picture: Picture) -> float:
        """Of a picture in 8 bits."""
        self._objective(to_tensor(picture))
        return float(self._objective.losses["loss"])


def line(name: str, points: Sequence[Point]) -> str:
    """Medians, as a line of the table."""
    columns = ("seconds", "loss", "structure", "effectiveness")
    values = [median(getattr(point, column) for point in points) for column in columns]
    return f"{name:36}" + "".join(f"{value:10.3f}" for value in values)


def report(points: dict[str, list[Point]], folder: Path) -> None:
    """Print the medians over the pairs, and of what each cost beside the first way."""
    print(f"\n{'medians':36}{'seconds':>10}{'loss':>10}{'structure':>10}{'E':>10}{'× first':>10}")
    first = next(iter(points.values()))
    for name, found in points.items():
        ratios = [a.seconds / b.seconds for a, b in zip(found, first, strict=True)]
        print(f"{line(name, found)}{median(ratios):10.2f}")
    told = {name: [vars(point) for point in found] for name, found in points.items()}
    (folder / "curve.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
