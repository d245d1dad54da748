"""How many evaluations a start from a network saves: `stylize` from its picture, and without.

    python benchmarks/init_network.py night.onnx examples/pagoda.jpg examples/night.jpg

At one scale, from the content and from the network's picture: after how many evaluations the first
has the loss that the second has after so many. Then coarse to fine, as `stylize` is used, with
fewer and more steps: seconds of the whole command, and the loss of the picture that is delivered.
All with the objective that a network is trained on by default.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

OBJECTIVE = (
    *("--style-loss", "gram", "--composition", "style", "--detail", "content"),
    *("--content-weight", "0.2"),
)
ONE_SCALE = 3
"""Times as dear about is an evaluation at one scale, as coarse to fine on average."""

MARKS = (1, 5, 10, 20, 40, 80)


@dataclass(frozen=True)
class Painted:
    """What a run came to.

    Attributes:
        seconds: of the whole command.
        least: the least loss so far, at each evaluation of the last scale.
        delivered: the loss of the picture of 8 bits.
    """

    seconds: float
    least: list[float]
    delivered: float


def main() -> None:
    """Run, and print two tables."""
    given = arguments()
    one = ("--coarsest", str(given.size), "--steps", str(given.steps))
    plain, started = (painted(given, [*one, *more]) for more in ((), from_network(given)))
    print(f"{'at one scale: evaluations':28}{'loss':>8}{'from the content':>20}{'saved':>8}")
    for mark in (mark for mark in MARKS if mark <= len(started.least)):
        loss = started.least[mark - 1]
        needed = reached(plain.least, loss)
        saved = f"{needed - mark}" if needed else f"> {len(plain.least) - mark}"
        print(f"{mark:<28}{loss:8.4f}{needed or 'never':>20}{saved:>8}")
    print(f"\n{'coarse to fine':28}{'steps':>8}{'seconds':>10}{'delivered':>12}")
    network = from_network(given)
    ways = {
        "from the content": ((), 1),
        "from the network": (network, 1),
        "from it, at one scale": ((*network, "--coarsest", str(given.size)), ONE_SCALE),
    }
    for steps in given.budgets:
        for name, (more, dear) in ways.items():
            found = painted(given, ["--steps", str(steps // dear), *more])
            print(
                f"{name:28}{steps // dear:8}{found.seconds:10.2f}{found.delivered:12.4f}",
                flush=True,
            )


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=100, help="at one scale")
    parser.add_argument("--budgets", type=int, nargs="+", default=[30, 60, 130])
    return parser.parse_args()


def from_network(given: argparse.Namespace) -> Sequence[str]:
    """The option that makes a run start from the network's picture."""
    return "--init-network", str(given.network)


def painted(given: argparse.Namespace, options: Sequence[str]) -> Painted:
    """Run the command once."""
    command = str(Path(sys.executable).with_name("stylecore"))
    with TemporaryDirectory() as folder:
        report, output = Path(folder) / "report.json", Path(folder) / "picture.png"
        words = [command, "stylize", str(given.content), str(given.style), "--output", str(output)]
        words += ["--size", str(given.size), "--report", str(report), "--quiet"]
        start = perf_counter()
        subprocess.run([*words, *OBJECTIVE, *options], check=True)
        seconds = perf_counter() - start
        told = json.loads(report.read_text(encoding="utf-8"))
    losses = [step["loss"] for step in told["scales"][-1]["steps"]]
    return Painted(seconds, list(accumulate(losses, min)), told["final"]["loss"])


def reached(least: Sequence[float], loss: float) -> int:
    """After how many evaluations a loss was reached; 0 where it never was."""
    return next((i for i, one in enumerate(least, 1) if one <= loss), 0)


if __name__ == "__main__":
    main()
