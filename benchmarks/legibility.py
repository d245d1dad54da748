"""How legible the content stays in a result, and how much of the style's manner is in it.

    python benchmarks/legibility.py CONTENT STYLE RESULT...

All is measured at 512 pixels, E at the result's own size if that is less; more is better. The
first line is the content itself: what no painting at all would have. ``benchmarks/faces.py`` looks
for faces.

- structure: Pearson's correlation of the luminance of content and result in two bands (differences
  of Gaussians of 1 and 4, and of 4 and 16 pixels), the mean of the two.
- E, the effectiveness of Yeh, Tang, Bhattad & Forsyth 2018 (arXiv 1804.00118), at layers that a run
  does not optimise: features of style and result as Gaussians in the style's leading principal
  directions, −log of the Kullback–Leibler divergence of the two. Here the divergence is the mean of
  both ways, and the Gaussians are without means: their second moments hold both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import stylecore
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.models import ensure_artefact
from stylecore.pictures.images import resize, scaled_size
from stylecore.pictures.tensors import Picture, to_tensor

LONGEST = 512
BANDS = ((1.0, 4.0), (4.0, 16.0))
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_2")
DIRECTIONS = 32
Floats = NDArray[np.floating[Any]]


def main() -> None:
    """Measure each result and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("result", type=Path, nargs="+")
    given = parser.parse_args()
    content, style = (stylecore.read_image(path) for path in (given.content, given.style))
    print(header())
    print(line("the content itself", judge(content, style, content)), flush=True)
    for path in given.result:
        print(line(path.stem, judge(content, style, stylecore.read_image(path))), flush=True)


@dataclass(frozen=True)
class Verdict:
    """What is said of a result.

    Attributes:
        structure: how much of the content's is there, −1 to 1.
        effectiveness: E, by layer.
    """

    structure: float
    effectiveness: Mapping[str, float]

    @property
    def mean(self) -> float:
        """E over all layers."""
        return float(np.mean(list(self.effectiveness.values())))


def judge(content: Picture, style: Picture, result: Picture) -> Verdict:
    """Measure everything, of pictures of any size."""
    painted = fitted(result, min(LONGEST, max(result.shape[:2])))
    content = fitted(content, LONGEST)
    result = resize(result, content.shape[1], content.shape[0])
    return Verdict(
        structure=structure(content, result),
        effectiveness=effectiveness(style, painted),
    )


def fitted(picture: Picture, longest: int) -> Picture:
    """With the longer side so many pixels."""
    height, width = scaled_size(*picture.shape[:2], longest)
    return resize(picture, width, height)


def header() -> str:
    """The first line of the table."""
    layers = "".join(f"{layer.removeprefix('relu'):>7}" for layer in LAYERS)
    return f"{'':28}{'structure':>10}{'E':>7}{layers}"


def line(name: str, verdict: Verdict) -> str:
    """A line of the table."""
    layers = "".join(f"{value:7.2f}" for value in verdict.effectiveness.values())
    return f"{name:28}{verdict.structure:10.2f}{verdict.mean:7.2f}{layers}"


def structure(content: Picture, result: Picture) -> float:
    """Correlation of luminance, the mean over the bands."""
    pairs = zip(bands(content), bands(result), strict=True)
    return float(np.mean([correlation(one, other) for one, other in pairs]))


def bands(picture: Picture) -> Iterator[Floats]:
    """What lies between two blurs of the luminance, for each band."""
    grey = luminance(picture)
    for fine, coarse in BANDS:
        yield cv2.GaussianBlur(grey, (0, 0), fine) - cv2.GaussianBlur(grey, (0, 0), coarse)


def luminance(picture: Picture) -> Floats:
    """(H, W), 0–255."""
    return picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's."""
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-9))


def effectiveness(style: Picture, result: Picture) -> dict[str, float]:
    """E by layer, the style at as many pixels as the result."""
    factor = (result.shape[0] * result.shape[1] / (style.shape[0] * style.shape[1])) ** 0.5
    height, width = (round(side * factor) for side in style.shape[:2])
    wanted, found = moments(resize(style, width, height)), moments(result)
    return {layer: -float(np.log(divergence(wanted[layer], found[layer]))) for layer in LAYERS}


def moments(picture: Picture) -> dict[str, Floats]:
    """Second moments (C, C) of the features, by layer."""
    graph, manifest = features()
    found = statistics(graph, manifest, to_tensor(picture))
    return {layer: found[f"style.{layer}.gram"][0].astype(np.float64) for layer in LAYERS}


@cache
def features() -> tuple[Any, Any]:
    """The graph that all results are measured on, in fp32, and what it holds."""
    settings = stylecore.Settings(style_layers=dict.fromkeys(LAYERS, 1.0), style_loss="gram")
    artefact = load_artefact(ensure_artefact(settings))
    return Sessions(artefact).features(choose_engine("cpu")), artefact.manifest


def divergence(wanted: Floats, found: Floats) -> float:
    """Kullback and Leibler's, the mean of both ways, in the leading directions of ``wanted``."""
    leading = np.linalg.eigh(wanted)[1][:, -DIRECTIONS:]
    one, other = (leading.T @ moment @ leading for moment in (wanted, found))
    floor = 1e-4 * np.trace(one) / len(one) * np.eye(len(one))
    one, other = one + floor, other + floor
    ratios = np.trace(np.linalg.solve(other, one)) + np.trace(np.linalg.solve(one, other))
    return max(float(ratios / 2 - len(one)) / 2, 1e-9)


if __name__ == "__main__":
    main()
