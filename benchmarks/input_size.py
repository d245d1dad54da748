"""What large files cost: the peak memory of one command with inputs of 24 megapixels beside small.

    python benchmarks/input_size.py CONTENT STYLE --size 512 --steps 12

Content and style are enlarged, both with label pictures of four upright stripes, and the style is
recoloured: all that is read is large. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

import stylecore
from stylecore.pictures.images import scaled_size

PIXELS = 24e6
COLORS = [(220, 50, 50), (50, 110, 220), (245, 205, 50), (60, 170, 80)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=12)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peaks = {name: peak(given, Path(folder), name) for name in ("small", "large")}
    for name, value in peaks.items():
        print(f"{name:>8}{value / 1e6:9.0f} MB{value / peaks['small']:9.2f}")


def peak(given: argparse.Namespace, folder: Path, name: str) -> int:
    """Peak memory of the command with inputs of one size, in bytes."""
    files = [written(path, given.size, folder, name) for path in (given.content, given.style)]
    (content, content_labels), (style, style_labels) = files
    report = folder / f"{name}.json"
    options = {
        **{"--content-regions": content_labels, "--style-regions": style_labels},
        **{"--size": given.size, "--steps": given.steps, "--color": "match"},
        **{"--report": report, "--output": folder / f"{name}.png"},
    }
    words = [str(word) for pair in options.items() for word in pair]
    command = [sys.executable, "-m", "stylecore.cli", "stylize", str(content), str(style), *words]
    subprocess.run([*command, "--quiet"], check=True)
    return json.loads(report.read_text(encoding="utf-8"))["peak_memory_bytes"]


def written(path: Path, size: int, folder: Path, name: str) -> tuple[Path, Path]:
    """A picture and its labels at the size of the result, or enlarged."""
    picture = stylecore.read_image(path)
    height, width = scaled_size(*picture.shape[:2], size)
    if name == "large":
        factor = (PIXELS / (height * width)) ** 0.5
        height, width = round(height * factor), round(width * factor)
    labels = np.zeros((height, width, 3), np.uint8)
    for number, color in enumerate(COLORS):
        labels[:, number * width // 4 :] = color
    files = folder / f"{name}-{path.stem}.jpg", folder / f"{name}-{path.stem}-labels.png"
    stylecore.write_image(files[0], cv2.resize(picture, (width, height)))
    stylecore.write_image(files[1], labels)
    return files


if __name__ == "__main__":
    main()
