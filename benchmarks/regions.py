"""What regions cost: seconds per iteration with K regions beside none, taken by turns, and memory.

    python benchmarks/regions.py CONTENT STYLE --size 512 --rounds 7

The regions are upright stripes of both pictures. An iteration is the loss with its gradient.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from turns import by_turns, iteration

import stylecore
from stylecore.models import ensure_artefact
from stylecore.report import peak_memory


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--counts", type=int, nargs="+", default=[0, 2, 4])
    parser.add_argument("--memory-of", type=int, help="only print the peak memory with K regions")
    given = parser.parse_args()
    settings = stylecore.Settings(size=given.size, engine=given.engine)
    if given.memory_of is not None:
        run = iteration_with(given, settings, given.memory_of)
        for _ in range(2):
            run()
        print(peak_memory())
        return
    # First, while this process is small: a child's peak begins with what its parent holds.
    peaks = {count: memory(count) for count in given.counts}
    contenders = {count: iteration_with(given, settings, count) for count in given.counts}
    seconds = by_turns(contenders, given.rounds)
    reference = seconds[given.counts[0]]
    print(f"{'regions':>8}{'median s':>10}{'× none':>9}{'peak MB':>9}")
    for count, values in seconds.items():
        ratio = median(v / r for r, v in zip(reference, values, strict=True))
        print(f"{count:8}{median(values):10.3f}{ratio:9.2f}{peaks[count] / 1e6:9.0f}")


def iteration_with(
    given: argparse.Namespace, settings: stylecore.Settings, count: int
) -> Callable[[], object]:
    """Evaluate the objective with so many regions at one noisy picture."""
    objective = stylecore.objective_between(
        given.content,
        given.style,
        regions=stripes(given, count),
        model=ensure_artefact(settings),
        settings=settings,
    )
    return iteration(objective)


def stripes(given: argparse.Namespace, count: int) -> list[stylecore.Region]:
    """Stripes that cover the pictures."""
    shapes = [stylecore.read_image(path).shape[:2] for path in (given.content, given.style)]
    return [
        stylecore.Region(*(stripe(shape, number, count) for shape in shapes))
        for number in range(count)
    ]


def stripe(shape: tuple[int, int], number: int, count: int) -> np.ndarray:
    """The mask of one of so many upright stripes."""
    mask = np.zeros(shape, np.float32)
    mask[:, number * shape[1] // count : (number + 1) * shape[1] // count] = 1
    return mask


def memory(count: int) -> int:
    """Peak memory of a process of its own that has so many regions, in bytes."""
    words = [sys.executable, *sys.argv, "--memory-of", str(count)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return int(done.stdout)


if __name__ == "__main__":
    main()
