"""What checkpoints cost: how large they are, how long they take, and how long it takes to go on.

    python benchmarks/checkpoints.py CONTENT STYLE --size 512 --steps 150

Each optimiser paints once with a checkpoint after every step, is stopped before its last step, and
goes on. A step and a writing take turns, so that a busy machine disturbs both alike: seconds are
given in steps of the last scale.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import suppress
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import get_args

import stylecore
from stylecore.checkpoints import checkpoint as checkpoints
from stylecore.settings import Optimizer


class Looking:
    """Notes what each writing takes, and when the first step was made; stops at a step."""

    def __init__(self, stop: int = 0) -> None:
        self.written: list[float] = []
        self.steps: list[stylecore.Step] = []
        self.first = 0.0
        self._stop, self._write = stop, checkpoints.write_archive

    def write(self, path: Path, saved: object) -> None:
        """Write a checkpoint."""
        began = perf_counter()
        self._write(path, saved)
        self.written.append(perf_counter() - began)

    def __call__(self, step: stylecore.Step) -> None:
        """Look at a step."""
        self.first = self.first or perf_counter()
        self.steps.append(step)
        if step.done == self._stop:
            raise KeyboardInterrupt


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content")
    parser.add_argument("style")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=150)
    given = parser.parse_args()
    print(
        f"{'':17}{'MB':>8}{'writing':>10}{'going on':>10}{'a run':>8}   in steps of the last scale"
    )
    for optimizer in get_args(Optimizer):
        settings = stylecore.Settings(
            size=given.size, steps=given.steps, optimizer=optimizer, engine="cpu"
        )
        with stylecore.Painter(settings=settings) as painter:
            print(f"{optimizer:17}{row(given, settings, painter)}", flush=True)


def row(given: argparse.Namespace, settings: stylecore.Settings, painter: stylecore.Painter) -> str:
    """Measure one optimiser."""
    scene = stylecore.read_scene(given.content, given.style, settings)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.checkpoint"
        before, after = Looking(settings.steps), Looking()
        checkpoints.write_archive = before.write
        began = perf_counter()
        with suppress(stylecore.Interrupted):
            painter.paint(scene, before, checkpoint=stylecore.Checkpoint(path, every=0))
        whole, size = perf_counter() - began - sum(before.written), path.stat().st_size
        checkpoints.write_archive = before._write
        began = perf_counter()
        painter.paint(scene, after, checkpoint=stylecore.Checkpoint(path))
    last = [step.seconds for step in before.steps if step.scale == step.scales]
    step = median(last)
    writing, going_on = median(before.written[-len(last) :]), after.first - began
    return f"{size / 1e6:8.1f}{writing / step:10.3f}{going_on / step - 1:10.2f}{whole / step:8.0f}"


if __name__ == "__main__":
    main()
