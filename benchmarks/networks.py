"""Trained networks beside `stylize`: how they learnt, and what they paint.

    python benchmarks/networks.py night.onnx examples/night.jpg examples/pagoda.jpg \
        --and wave.onnx examples/wave.jpg examples/cat.jpg --keep out/networks

Each is a network, the style that it has learnt, and a content. The folder of ``--keep`` gets
``training.svg``, the losses of the crops along each training, and ``sheet.jpg``: content, style,
the network's picture, and that of `stylize` by the objective that networks are trained on by
default.
Wants `pip install 'stylecore[cli,compare,cpu]'`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import onnx
from init_network import OBJECTIVE
from sheet import Captioned, contact_sheet, write_sheet

import stylecore

Trio = tuple[Path, Path, Path]


def main() -> None:
    """Draw both."""
    given = arguments()
    trios: list[Trio] = [(given.network, given.style, given.content), *given.others]
    given.keep.mkdir(parents=True, exist_ok=True)
    draw([network for network, _, _ in trios], given.keep / "training.svg")
    rows = [row(trio, given.keep) for trio in trios]
    write_sheet(given.keep / "sheet.jpg", contact_sheet(rows, given.panel))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("network", "style", "content"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--and", dest="others", type=Path, nargs=3, action="append", default=[],
                        metavar="FILE")  # fmt: skip
    parser.add_argument("--keep", type=Path, default=Path("out/networks"))
    parser.add_argument("--panel", type=int, default=320, help="pixels of a picture on the sheet")
    return parser.parse_args()


def draw(networks: Sequence[Path], path: Path) -> None:
    """The losses along each training, and their parts."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "training", "font.size": 10}):
        figure: Any = Figure(figsize=(7.6, 3.4), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for network in networks:
            curve = curve_of(network)
            for panel, part in zip(panels, ("style", "content"), strict=True):
                minutes = [point["seconds"] / 60 for point in curve]
                panel.plot(minutes, [point[part] for point in curve], label=network.stem)
                panel.set(yscale="log", xlabel="minutes", title=part)
        panels[0].set_ylabel("loss of the crops")
        panels[1].legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})


def curve_of(network: Path) -> list[dict[str, float]]:
    """What a network's file says of its training."""
    about = {one.key: one.value for one in onnx.load(network).metadata_props}
    losses = json.loads(about["stylecore.losses"])
    print(f"{network.name}: {losses['steps']} steps in {losses['seconds'] / 60:.1f} minutes")
    for point in losses["curve"]:
        print(f"  {point['seconds'] / 60:5.1f} min{point['step']:6}{point['loss']:8.3f}"
              f"  (content {point['content']:.3f}, style {point['style']:.3f})")  # fmt: skip
    return losses["curve"]


def row(trio: Trio, folder: Path) -> list[Captioned]:
    """Content and style, and what both ways make of them."""
    network, style, content = trio
    stem = folder / f"{content.stem}-{style.stem}"
    fast, slow = stem.with_suffix(".fast.png"), stem.with_suffix(".png")
    given = [(path.stem, stylecore.read_image(path)) for path in (content, style)]
    # Once for the file's sake, and then for the clock's.
    seconds = [run("apply", network, content, "--output", fast, "--size", 512) for _ in range(2)]
    searched = run("stylize", content, style, "--output", slow, *OBJECTIVE)
    return [
        *given,
        (f"one pass, {seconds[-1]:.1f} s in all", stylecore.read_image(fast)),
        (f"stylize, {searched:.1f} s in all", stylecore.read_image(slow)),
    ]


def run(*words: object) -> float:
    """The seconds of a whole command."""
    command = str(Path(sys.executable).with_name("stylecore"))
    start = perf_counter()
    subprocess.run([command, *map(str, words), "--quiet"], check=True)
    return perf_counter() - start


if __name__ == "__main__":
    main()
