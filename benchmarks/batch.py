"""Many pictures by one command, beside a command for each, taken by turns.

    python benchmarks/batch.py --pictures 40 --size 256 --rounds 3

The pictures are pairs of those in examples/. A figure above 1 is how many times as many pictures
are painted in the same time, or with the same time of the processors, as by single commands. At the
end stands what a picture costs beside its steps: the first of its size, and the next one.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice, product
from pathlib import Path
from statistics import median
from time import perf_counter

import stylecore
from stylecore.models import ensure_artefact

EXAMPLES = Path(__file__).parents[1] / "examples"
STYLES = ("harbour", "mist", "night", "poster", "wave")

Pair = tuple[Path, Path]


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=stylecore.Settings().steps)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    words = ["--size", str(given.size), "--steps", str(given.steps), "--quiet"]
    pairs = list(islice(product(sorted(EXAMPLES.glob("*.jpg")), styles()), given.pictures))
    ensure_artefact(stylecore.Settings())
    contenders: dict[str, Callable[[], None]] = {"single": lambda: one_by_one(pairs, words)}
    for jobs in given.jobs:
        name = f"batch --jobs {jobs}" if jobs else "batch"
        contenders[name] = lambda jobs=jobs: in_a_batch(pairs, [*words, "--jobs", str(jobs)])
    report(len(pairs), measured(contenders, given.rounds))
    report_set_up(pairs, given.size, given.steps)


def styles() -> list[Path]:
    """Paintings."""
    return [EXAMPLES / f"{name}.jpg" for name in STYLES]


def one_by_one(pairs: Sequence[Pair], words: Sequence[str]) -> None:
    """A command for each picture."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (content, style) in enumerate(pairs):
            output = Path(folder) / f"{number}.png"
            run("stylize", str(content), str(style), "--output", str(output), *words)


def in_a_batch(pairs: Sequence[Pair], words: Sequence[str]) -> None:
    """A command for all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "list.csv"
        with listed.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("content", "style"), *pairs])
        run("batch", "--list", str(listed), "--output", str(Path(folder) / "out"), *words)


def run(*words: str) -> None:
    """The command line."""
    subprocess.run([sys.executable, "-m", "stylecore.cli", *words], check=True)


def measured(
    contenders: dict[str, Callable[[], None]], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Seconds by the clock and of the processors, for each contender in every round."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, work in contenders.items():
            started, used = perf_counter(), of_processors()
            work()
            found[name].append((perf_counter() - started, of_processors() - used))
            print(f"{name}: {found[name][-1][0]:.1f} s", file=sys.stderr)
    return found


def of_processors() -> float:
    """Seconds that the processes begun here have computed, and their own."""
    times = os.times()
    return times.children_user + times.children_system


def report(pictures: int, found: dict[str, list[tuple[float, float]]]) -> None:
    """Print medians, and the ratios to single commands in the same round."""
    print(f"{pictures} pictures{'s each':>18}{'× single':>10}{'CPU s each':>12}{'× single':>10}")
    for name, values in found.items():
        line = f"{name:18}"
        for kind, width in ((0, 10), (1, 12)):
            each = median(value[kind] for value in values) / pictures
            ratio = median(
                one[kind] / value[kind] for one, value in zip(found["single"], values, strict=True)
            )
            line += f"{each:{width}.2f}{ratio:10.2f}"
        print(line)


def report_set_up(pairs: Sequence[Pair], size: int, steps: int) -> None:
    """Print what pictures of one size cost beside their steps, in one process."""
    content, style = pairs[0][0], pairs[0][1]
    settings = stylecore.Settings(size=size, steps=steps)
    started = perf_counter()
    with stylecore.Painter(ensure_artefact(settings), settings, keep=256 << 20) as painter:
        opened = perf_counter() - started
        print(f"opening a painter: {opened:.2f} s")
        others = [pair for pair in pairs if pair != (content, style)]
        for what, pair in (
            ("the first picture", (content, style)),
            ("the same content and style", (content, style)),
            ("another style", next(pair for pair in others if pair[0] == content)),
            ("the same style again", (content, style)),
        ):
            print(f"{what}, beside its steps: {beside_steps(painter, pair, settings):.2f} s")


def beside_steps(painter: stylecore.Painter, pair: Pair, settings: stylecore.Settings) -> float:
    """Seconds of a picture that are not those of its steps."""
    scene = stylecore.read_scene(*pair, settings)
    started = perf_counter()
    result = painter.paint(scene)
    taken = perf_counter() - started
    return taken - sum(step["seconds"] for one in result.report["scales"] for step in one["steps"])


if __name__ == "__main__":
    main()
