"""What ``--dry-run`` tells of a run, beside what the run takes: seconds, and memory at its peak.

    python benchmarks/forecast.py examples/astronaut.jpg examples/night.jpg --sizes 256 512 1024

Wants `pip install 'stylecore[cli,cpu]'`. Every run is a process of its own, from the shell and
back; what stands behind `--more` is given to both: `--more --max-memory 1G`. The first dry run
times the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any


def main() -> None:
    """Run, and print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 1024, 2048])
    parser.add_argument("--more", nargs=argparse.REMAINDER, default=[], help="options of both")
    given = parser.parse_args()
    print("| size | told, s | took, s | × | told, MB | held, MB | × | tiles |")
    print("|---|---|---|---|---|---|---|---|")
    for size in given.sizes:
        pair = [str(path.resolve()) for path in (given.content, given.style)]
        words = ["stylize", *pair, "--size", str(size), *given.more, "--quiet"]
        told, _ = ran([*words, "--dry-run"])
        report, seconds = ran([*words, "--output", "picture.png"])
        tile = told["scales"][-1]["tile"] or "none"
        cells = [size, *beside(told["seconds"]["total"], seconds, "{:.1f}")]
        cells += beside(told["peak_memory_bytes"], report["peak_memory_bytes"], "{:.0f}", 1e6)
        print("|", " | ".join(map(str, [*cells, tile])), "|", flush=True)


def ran(words: list[str]) -> tuple[dict[str, Any], float]:
    """The report of a command, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "stylecore.cli", *words, "--report", "report.json"]
        began = perf_counter()
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        seconds = perf_counter() - began
        return json.loads((Path(folder) / "report.json").read_text(encoding="utf-8")), seconds


def beside(told: float, seen: float, form: str, unit: float = 1.0) -> list[str]:
    """What was told, what was seen, and the first as a multiple of the second."""
    return [form.format(told / unit), form.format(seen / unit), f"{told / seen:.2f}"]


if __name__ == "__main__":
    main()
