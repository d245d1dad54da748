"""Seconds per iteration of each style loss, taken by turns.

    python benchmarks/style_losses.py examples/pagoda.jpg examples/night.jpg --size 512 --rounds 5

An iteration is the loss with its gradient, on the CPU.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from typing import get_args

from turns import by_turns, iteration

import stylecore
from stylecore.models import ensure_artefact
from stylecore.settings import StyleLoss


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, nargs="+", default=[512])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    for size in given.size:
        contenders = {
            name: iteration(objective(given.content, given.style, size, name))
            for name in get_args(StyleLoss)
        }
        report(size, by_turns(contenders, given.rounds))


def objective(content: Path, style: Path, size: int, style_loss: StyleLoss) -> stylecore.Objective:
    """The objective with one of the style losses."""
    settings = stylecore.Settings(size=size, engine="cpu", style_loss=style_loss)
    model = ensure_artefact(settings)
    return stylecore.objective_between(content, style, model=model, settings=settings)


def report(size: int, seconds: dict[str, list[float]]) -> None:
    """Print medians, and how many times slower than Gram's each is in the same round."""
    print(f"{size} pixels  {'median s':>10}{'lowest s':>10}{'× gram':>10}")
    for name, values in seconds.items():
        ratio = median(v / r for r, v in zip(seconds["gram"], values, strict=True))
        print(f"{name:12}{median(values):10.3f}{min(values):10.3f}{ratio:10.2f}")


if __name__ == "__main__":
    main()
