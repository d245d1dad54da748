"""What the box 0–255 does to L-BFGS: three ways to end with pixels, from one start.

    python benchmarks/bounds.py examples/pagoda.jpg examples/night.jpg --size 512 --steps 100

SciPy's L-BFGS-B, scaled as `stylecore.lbfgs` scales it, at one scale, on the objective of the plain
method (Gatys, Ecker & Bethge 2016)

- *within bounds*: every iterate lies in the box;
- *free*: no iterate is held; the picture is clipped when all is done;
- *clipped*: the function clips what it is given, and the optimiser does not know of it.

Then our projected L-BFGS. Told of each: the loss of the picture in 8 bits; the least loss that the
optimiser itself saw, which for *free* is that of no picture; how many of the values lay outside at
the end, and how far at most. ``stylecore compare`` tells of seconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, minimize

import stylecore
from stylecore.contract import Function
from stylecore.models import ensure_artefact
from stylecore.optimizers.box import HIGHEST
from stylecore.pictures.images import resize
from stylecore.pictures.tensors import Array, to_picture, to_tensor

CLIPPED, FREE, BOUNDED, OURS = "clipped", "free", "within bounds", "projected-lbfgs"


class _EnoughError(Exception):
    """All evaluations were made."""


@dataclass
class Counted:
    """A function that counts, and keeps the best.

    Attributes:
        function: that is evaluated.
        left: evaluations that may still be made.
        best: the point of the least loss so far.
        loss: there.
    """

    function: Function
    left: int
    best: Array = field(default_factory=lambda: np.zeros(0, np.float32))
    loss: float = np.inf

    def __call__(self, x: Array) -> tuple[float, Array]:
        """The loss and the gradient; ends the run when none is left."""
        if not self.left:
            raise _EnoughError
        self.left -= 1
        loss, gradient = self.function(x)
        if loss < self.loss:
            self.best, self.loss = x.copy(), loss
        return loss, gradient


def main() -> None:
    """Run each way from each start, and print a table."""
    given = arguments()
    settings = stylecore.Settings(
        size=given.size, engine=given.engine, composition="style", style_loss="gram"
    )
    objective = stylecore.objective_between(
        given.content, given.style, model=ensure_artefact(settings), settings=settings
    )
    print(f"{'start':9}{'way':17}{'in 8 bits':>11}{'seen':>9}{'outside':>9}{'farthest':>10}")
    for name, start in starts(given.content, *objective.size):
        for way in (BOUNDED, FREE, CLIPPED, OURS):
            print(f"{name:9}{way:17}{line(objective, start, way, given.steps)}", flush=True)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--engine", default="auto")
    return parser.parse_args()


def starts(content: Path, height: int, width: int) -> Iterator[tuple[str, Array]]:
    """The content, and noise over all levels."""
    x = to_tensor(resize(stylecore.read_image(content), width, height))
    yield "content", x
    yield "noise", np.random.default_rng(0).uniform(0, HIGHEST, x.shape).astype(np.float32)


def line(objective: Function, start: Array, way: str, steps: int) -> str:
    """Run one way, and say what came of it."""
    counted = Counted(objective, steps)
    if way == OURS:
        stylecore.projected_lbfgs(counted, start, steps=steps)
    else:
        by_scipy(counted, start, way)
    outside = (counted.best < 0) | (counted.best > HIGHEST)
    farthest = np.abs(counted.best - np.clip(counted.best, 0, HIGHEST)).max()
    loss, _ = objective(to_tensor(to_picture(counted.best)))
    return f"{loss:11.4f}{counted.loss:9.4f}{outside.mean():9.1%}{farthest:10.0f}"


def by_scipy(counted: Counted, start: Array, way: str) -> None:
    """L-BFGS-B over z = x/√n and the loss in units of the first, until all evaluations are made."""
    root = float(np.sqrt(start.size))
    unit = 0.0

    def scaled(z: np.ndarray) -> tuple[float, np.ndarray]:
        nonlocal unit
        x = (z * root).astype(np.float32).reshape(start.shape)
        loss, gradient = counted(np.clip(x, 0, HIGHEST) if way == CLIPPED else x)
        unit = unit or loss
        return loss / unit, gradient.astype(np.float64).ravel() * (root / unit)

    bounds = Bounds(0, HIGHEST / root) if way == BOUNDED else None
    options = {"maxcor": 10, "maxfun": counted.left, "maxiter": counted.left, "ftol": 0, "gtol": 0}
    x = start
    while counted.left:
        before = counted.left
        try:
            minimize(
                scaled,
                x.astype(np.float64).ravel() / root,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options=options,
            )
        except _EnoughError:
            return
        if before - counted.left <= 1:
            return  # it cannot go on from here
        x = counted.best


if __name__ == "__main__":
    main()
