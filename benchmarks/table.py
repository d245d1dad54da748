"""One table of all: iteration by engine and size, set-up, memory, growth, beside torch eager.

    python benchmarks/table.py --sizes 128 256 512 1024 --rounds 5 --out out/bench

Iterations are of the plain objective (Grams and content) on squares, taken by turns in one process,
so that a busy machine disturbs all alike; torch comes along where it is installed. Set-up and peak
memory are of whole runs of the command in processes of their own. The slope is that of seconds over
pixels, both as logarithms: 1 is in proportion. Writes out/bench.md and out/bench.json, and prints
the first of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from turns import by_turns, iteration

import stylecore
from stylecore.engine.survey import survey
from stylecore.forecast.machine import processor
from stylecore.forecast.sample import sample_picture
from stylecore.models import ensure_artefact

HERE = Path(__file__).parent
TORCH = "torch eager fp32"
_STEPS = 12
"""Of a run: enough for all that its optimiser remembers."""


@dataclass(frozen=True)
class Line:
    """What was measured of one contender at one size.

    Attributes:
        contender: an engine with its precision, or torch.
        size: pixels of a side of the square.
        seconds: of an iteration, the median.
        ratio: how many times faster than torch in the same round, the median; None without torch.
        setup: seconds until a run's first step; None for torch, whose run is not ours.
        peak_memory_bytes: of a run, or for torch of its iterations.
    """

    contender: str
    size: int
    seconds: float
    ratio: float | None
    setup: float | None
    peak_memory_bytes: int


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512, 1024])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    given = parser.parse_args()
    # Whole runs first: what a process inherits of its parent's memory counts as its own.
    runs = {size: whole_runs(size, given.threads) for size in given.sizes}
    lines = [
        line
        for size in given.sizes
        for line in measured(size, given.rounds, given.threads, runs[size])
    ]
    table = {
        "machine": f"{processor()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": {"stylecore": stylecore.__version__, **versions()},
        "threads": given.threads or stylecore.choose_engine("cpu").threads,
        "lines": [asdict(line) for line in lines],
        "slopes": slopes(lines),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.with_suffix(".json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    text = "\n".join(markdown(table, lines)) + "\n"
    given.out.with_suffix(".md").write_text(text, encoding="utf-8")
    print(text, end="")


def engines(threads: int) -> dict[str, stylecore.Engine]:
    """Those that work here, by what they are called in the table."""
    found = [one.engine for one in survey(threads).findings if one.engine is not None]
    return {f"{one.name} {one.precision}": one for one in found}


def whole_runs(size: int, threads: int) -> dict[str, tuple[float | None, int]]:
    """Set-up and peak memory of every contender, each in a process of its own."""
    found: dict[str, tuple[float | None, int]] = {
        name: of_run(one.name, size, threads) for name, one in engines(threads).items()
    }
    if find_spec("torch") is not None:
        found[TORCH] = of_torch(size)
    return found


def measured(
    size: int, rounds: int, threads: int, runs: Mapping[str, tuple[float | None, int]]
) -> Iterator[Line]:
    """All contenders at a size."""
    contenders = {name: our_iteration(one, size) for name, one in engines(threads).items()}
    if find_spec("torch") is not None:
        from torch_eager import torch_eager

        contenders[TORCH] = torch_eager(size, threads)
    seconds = by_turns(contenders, rounds)
    reference = seconds.get(TORCH)
    for name, taken in seconds.items():
        ratio = None
        if reference is not None:
            ratio = median(r / s for r, s in zip(reference, taken, strict=True))
        yield Line(name, size, median(taken), ratio, *runs[name])


def our_iteration(engine: stylecore.Engine, size: int) -> Callable[[], object]:
    """One evaluation of the plain objective on an engine."""
    settings = plain(size, engine.name, engine.threads)
    pictures = sample_picture(size), sample_picture(size, 1)
    model = ensure_artefact(settings)
    return iteration(stylecore.objective_between(*pictures, model=model, settings=settings))


def plain(size: int, engine: str, threads: int) -> stylecore.Settings:
    """The settings of the plain method."""
    return stylecore.Settings(
        size=size, engine=engine, threads=threads, style_loss="gram", composition="style"
    )


def of_run(engine: str, size: int, threads: int) -> tuple[float, int]:
    """Seconds until the first step, and the most memory, of a run of the command."""
    with tempfile.TemporaryDirectory() as folder:
        for name, seed in (("content.png", 0), ("style.png", 1)):
            cv2.imwrite(str(Path(folder) / name), sample_picture(size, seed))
        words = ["content.png", "style.png", "--size", size, "--engine", engine, "--quiet"]
        words += ["--threads", threads, "--style-loss", "gram", "--composition", "style"]
        words += ["--steps", _STEPS, "--coarsest", size]
        words += ["--output", "picture.png", "--report", "run.json"]
        command = [sys.executable, "-m", "stylecore.cli", "stylize", *map(str, words)]
        subprocess.run(command, check=True, cwd=folder)
        told = json.loads((Path(folder) / "run.json").read_text(encoding="utf-8"))
    return told["seconds"]["setup"], told["peak_memory_bytes"]


def of_torch(size: int) -> tuple[None, int]:
    """The most memory of torch's iterations in a process of their own."""
    command = [sys.executable, str(HERE / "torch_eager.py"), "--size", str(size), "--rounds", "2"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return None, json.loads(run.stdout.splitlines()[-1])["peak_memory_bytes"]


def slopes(lines: Sequence[Line]) -> dict[str, float]:
    """Of each contender, how seconds grow with pixels."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(line.contender for line in lines):
        own = [line for line in lines if line.contender == name]
        if len(own) > 1:
            pixels = np.log([line.size**2 for line in own])
            found[name] = float(np.polyfit(pixels, np.log([line.seconds for line in own]), 1)[0])
    return found


def versions() -> dict[str, str]:
    """Of what is compared."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str] = {}
    for name in ("onnxruntime", "numpy", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def markdown(table: Mapping[str, object], lines: Sequence[Line]) -> Iterator[str]:
    """The table for people."""
    yield f"{table['machine']}; {table['threads']} threads; {table['versions']}"
    yield ""
    yield "| contender | size | s an iteration | × torch | set-up, s | peak, MB |"
    yield "|---|---|---|---|---|---|"
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        setup = "" if line.setup is None else f"{line.setup:.2f}"
        peak = f"{line.peak_memory_bytes / 1e6:.0f}"
        cells = (line.contender, line.size, f"{line.seconds:.4f}", ratio, setup, peak)
        yield f"| {' | '.join(map(str, cells))} |"
    yield ""
    for name, slope in slopes(lines).items():
        yield f"{name}: seconds grow with pixels to the power of {slope:.3f}"


if __name__ == "__main__":
    main()
