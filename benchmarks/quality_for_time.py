"""Quality for time: our picture and the peer's, both judged by the peer's own objective.

    python benchmarks/quality_for_time.py CONTENT STYLE --size 512 --peer-steps 300

Wants `pip install 'stylecore[cli,cpu,benchmark]'`. Both get the same resized files; the judged
pictures are the 8-bit files that each delivers; the seconds go from the paths to the file.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

import torch
from peer import artist, resized_inputs, save, score, settings_for

import stylecore
from stylecore.models import ensure_artefact


def main() -> None:
    """Run both, judge both, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--peer-steps", type=int, default=300, help="0: leave the peer out")
    parser.add_argument("--steps", type=int, nargs="+", default=[100, 150, 200, 300])
    parser.add_argument("--optimizer", nargs="+", default=["projected-lbfgs"])
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    given = parser.parse_args()
    torch.set_num_threads(stylecore.choose_engine("cpu").threads)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        content, style = resized_inputs(given.content, given.style, given.size, folder)
        peer_seconds = peer(content, style, given.peer_steps, folder) if given.peer_steps else 0.0
        for optimizer in given.optimizer:
            for steps in given.steps:
                settings = stylecore.Settings(
                    size=given.size,
                    steps=steps,
                    optimizer=optimizer,
                    engine=given.engine,
                    composition="style",
                    detail="content",
                    style_loss="gram",
                )
                ours(content, style, settings, folder, peer_seconds)


def peer(content: Path, style: Path, steps: int, folder: Path) -> float:
    """The peer's run from the paths to the file; returns its seconds."""
    start = perf_counter()
    one = artist(content, style)
    for _ in range(steps):
        one.draw()
    path = folder / "peer.png"
    save(one, path)
    seconds = perf_counter() - start
    line(f"pastiche, {steps} L-BFGS steps", seconds, score(one, path), seconds)
    return seconds


def ours(
    content: Path, style: Path, settings: stylecore.Settings, folder: Path, peer_seconds: float
) -> None:
    """Our run on the peer's objective, from the paths to the file."""
    judge = artist(content, style)
    settings = settings_for(judge, settings)
    model = ensure_artefact(settings)
    path = folder / f"{settings.optimizer}-{settings.steps}.png"
    start = perf_counter()
    result = stylecore.stylize(content, style, model=model, settings=settings)
    stylecore.write_image(path, result.image)
    seconds = perf_counter() - start
    engine = result.report["engine"]
    name = f"{settings.optimizer}, {settings.steps} steps, {engine['name']} {engine['precision']}"
    line(name, seconds, score(judge, path), peer_seconds)


def line(name: str, seconds: float, loss: float, peer_seconds: float) -> None:
    """Print one row as soon as it is known."""
    share = f"1/{peer_seconds / seconds:.1f} of the peer's time" if peer_seconds else ""
    print(f"{name:44}{seconds:8.1f} s   8-bit loss {loss:10.0f}   {share}", flush=True)


if __name__ == "__main__":
    main()
