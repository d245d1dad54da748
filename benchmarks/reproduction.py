"""The procedure of 2015 beside the defaults, at equal style distance: seconds and noise of both.

    python benchmarks/reproduction.py --size 500 --keep out/reproduction

For every pair the preset ``gatys2015`` is painted, 300 steps of Adam from noise at one scale, and
then the defaults, with the content's weight that gives the same style distance: by bisection, at
most ``--runs`` runs, of which the nearest is taken. Both have the style cropped to the content's
shape. The style distance is the mean over the layers of ‖G(x) − G(a)‖² / ‖G(a)‖², of the delivered
picture in 8 bits; noise is the deviation in levels where the content is flat
(``stylecore.measures.noise``), beside that of the style itself where that is flat, and what is left
of it beyond that. Seconds go from paths to the picture. Writes sheet.jpg, reproduction.json and
reproduction.md into the folder of ``--keep``, and prints the last of them. Without ``--pair`` three
pairs of ``examples/`` are taken.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

import legibility
from pairs import EXAMPLES, Pair, ask_for_pairs, pairs_of
from sheet import Captioned, contact_sheet, write_sheet

import stylecore
from stylecore.forecast.machine import processor
from stylecore.measures.noise import flat_parts, noise, residual_noise
from stylecore.models import ensure_artefact
from stylecore.pictures.images import crop_to_aspect, resize, scaled_size
from stylecore.pictures.tensors import Picture, to_tensor

PAIRS = (("pagoda", "night"), ("cat", "wave"), ("coffee", "harbour"))
CLOSE = 0.05
"""Of the style distance: nearer than that is equal."""

LEAST_NOISE = 0.1
"""Levels: less is that of rounding."""

LEAST, MOST = 1e-3, 10.0
"""Content weights that are tried."""


@dataclass(frozen=True)
class Point:
    """What a picture cost and is worth.

    Attributes:
        pair: of which.
        way: how it was painted.
        seconds: from paths to the picture.
        distance: of style.
        noise: in levels, where the content is flat.
        of_style: the style's own, where that is flat.
        beyond: what is left of the noise beyond the style's own.
        structure: of the content that is left.
        effectiveness: E, the mean over layers that no run optimises.
        content_weight: with which.
    """

    pair: str
    way: str
    seconds: float
    distance: float
    noise: float
    of_style: float
    beyond: float
    structure: float
    effectiveness: float
    content_weight: float


def main() -> None:
    """Paint every pair in both ways; print a table and draw the sheet."""
    given = arguments()
    pairs = [tuple(EXAMPLES / f"{name}.jpg" for name in pair) for pair in PAIRS]
    if given.pair or given.folder:
        pairs = pairs_of(given)
    points: list[Point] = []
    rows: list[list[Captioned]] = []
    for pair in pairs:
        row = [(path.stem, stylecore.read_image(path)) for path in pair]
        bench = Bench(pair, given.size, given.engine)
        first, picture = bench.of_2015(given.steps)
        ours, other = bench.at_distance(first.distance, given.runs)
        for point, painted in ((first, picture), (ours, other)):
            print(line(point), flush=True)
            points.append(point)
            row.append((f"{point.way}: noise {point.noise:.1f}", painted))
        rows.append(row)
        write_sheet(given.keep / "sheet.jpg", contact_sheet(rows, given.panel))
    told = [asdict(point) for point in points]
    (given.keep / "reproduction.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    text = "\n".join(markdown(points, given)) + "\n"
    (given.keep / "reproduction.md").write_text(text, encoding="utf-8")
    print(f"\n{text}", end="")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--steps", type=int, default=300, help="of the procedure of 2015")
    parser.add_argument("--runs", type=int, default=6, help="of the defaults, to find the weight")
    ask_for_pairs(parser, Path("out/reproduction"))
    parser.set_defaults(size=500)
    return parser.parse_args()


class Bench:
    """A pair, painted in one way and another and judged alike."""

    def __init__(self, pair: Pair, size: int, engine: str) -> None:
        self._pair, self._size, self._engine = pair, size, engine
        content, style = (stylecore.read_image(path) for path in pair)
        height, width = scaled_size(*content.shape[:2], size)
        self._content = resize(content, width, height)
        self._style = resize(crop_to_aspect(style, width / height), width, height)
        settings = stylecore.Settings(
            size=size, engine="cpu", fit="crop", composition="style", style_loss="gram"
        )
        self._objective = stylecore.objective_between(
            *pair, model=ensure_artefact(settings), settings=settings
        )

    def of_2015(self, steps: int) -> tuple[Point, Picture]:
        """By the procedure of 2015."""
        settings = stylecore.preset("gatys2015", size=self._size, engine=self._engine, steps=steps)
        return self._painted("gatys2015", settings)

    def at_distance(self, distance: float, runs: int) -> tuple[Point, Picture]:
        """By the defaults, with a content weight that gives a style distance, or nearly."""
        usual = stylecore.Settings(size=self._size, engine=self._engine, fit="crop")
        low, high, weight = LEAST, MOST, usual.content_weight
        found: list[tuple[Point, Picture]] = []
        for _ in range(runs):
            found.append(self._painted("default", replace(usual, content_weight=weight)))
            reached = found[-1][0].distance
            if abs(reached / distance - 1) < CLOSE:
                break
            low, high = (weight, high) if reached < distance else (low, weight)
            weight = math.sqrt(low * high)
        return min(found, key=lambda one: abs(math.log(one[0].distance / distance)))

    def _painted(self, way: str, settings: stylecore.Settings) -> tuple[Point, Picture]:
        model = ensure_artefact(settings)
        start = perf_counter()
        picture = stylecore.stylize(*self._pair, model=model, settings=settings).image
        seconds = perf_counter() - start
        verdict = legibility.judge(self._content, self._style, picture)
        point = Point(
            pair=" × ".join(path.stem for path in self._pair),
            way=way,
            seconds=seconds,
            distance=self._distance(picture),
            noise=noise(picture, flat_parts(self._content)),
            of_style=noise(self._style, flat_parts(self._style)),
            beyond=residual_noise(self._content, self._style, picture),
            structure=verdict.structure,
            effectiveness=verdict.mean,
            content_weight=settings.content_weight,
        )
        return point, picture

    def _distance(self, picture: Picture) -> float:
        self._objective(to_tensor(picture))
        return float(self._objective.losses["style"])


def line(point: Point) -> str:
    """A point, as soon as it is known."""
    return (
        f"{point.pair:24}{point.way:12}{point.seconds:8.1f} s  distance {point.distance:8.4f}"
        f"  noise {point.noise:6.2f}  structure {point.structure:5.2f}"
        f"  E {point.effectiveness:6.2f}  content weight {point.content_weight:.3g}"
    )


def markdown(points: Sequence[Point], given: argparse.Namespace) -> Iterator[str]:
    """The table for people."""
    yield (
        f"{given.size} pixels, {given.steps} steps by the procedure of 2015; {processor()},"
        f" {stylecore.choose_engine(given.engine).threads} threads"
    )
    yield ""
    yield "| pair | | seconds | style distance | noise | the style's | beyond it | structure | E |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for point in points:
        yield (
            f"| {point.pair} | `{point.way}` | {point.seconds:.1f} | {point.distance:.4f} |"
            f" {point.noise:.2f} | {point.of_style:.2f} | {point.beyond:.2f} |"
            f" {point.structure:.2f} | {point.effectiveness:.2f} |"
        )
    yield ""
    firsts, ours = points[::2], points[1::2]
    names = ("seconds", "noise", "beyond")
    times = {
        name: median(
            getattr(a, name) / max(getattr(b, name), LEAST_NOISE)
            for a, b in zip(firsts, ours, strict=True)
        )
        for name in names
    }
    yield (
        f"Medians over the pairs: the defaults take 1/{times['seconds']:.1f} of the time, and have"
        f" 1/{times['noise']:.1f} of the noise, 1/{times['noise'] ** 2:.0f} of its energy, and"
        f" 1/{times['beyond']:.1f} of that beyond the style's."
    )


if __name__ == "__main__":
    main()
