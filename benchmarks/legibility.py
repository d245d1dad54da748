"""How legible the content stays in a result, and how much of the style's manner is in it.

    python benchmarks/legibility.py CONTENT STYLE RESULT...

All is measured at 512 pixels, E at the result's own size if that is less; more structure and more E
are better. The first line is the content itself: what no painting at all would have.
``benchmarks/faces.py`` looks for faces.

- structure: Pearson's correlation of the luminance of content and result in two bands (differences
  of Gaussians of 1 and 4, and of 4 and 16 pixels), the mean of the two.
- E, the effectiveness of Yeh, Tang, Bhattad & Forsyth 2018 (arXiv 1804.00118), at layers that a run
  does not optimise: features of style and result as Gaussians in the style's leading principal
  directions, −log of the Kullback–Leibler divergence of the two. Here the divergence is the mean of
  both ways, and the Gaussians are without means: their second moments hold both.
- things: how much better the result explains the style's features at relu5_2, at 256 pixels, than
  the style's texture does (``stylecore.measures.things``): above 0 the style's things came along.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import stylecore
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.measures.effectiveness import effectiveness_of
from stylecore.measures.features import FeatureGraph
from stylecore.measures.gaussian import Floats, Gaussian, kullback_leibler
from stylecore.measures.held_out import settings_to_measure
from stylecore.measures.structure import structure
from stylecore.measures.things import shuffled, things
from stylecore.models import ensure_artefact
from stylecore.pictures.images import resize, scaled_size
from stylecore.pictures.tensors import Picture, to_tensor

LONGEST = 512
LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_2")
DIRECTIONS = 32
DEEP, SMALL = "relu5_2", 256


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
        things: how much of the style's is there beyond its texture, −2 to 2.
    """

    structure: float
    effectiveness: Mapping[str, float]
    things: float

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
        things=things_of(style, painted),
    )


def fitted(picture: Picture, longest: int) -> Picture:
    """With the longer side so many pixels."""
    height, width = scaled_size(*picture.shape[:2], longest)
    return resize(picture, width, height)


def header() -> str:
    """The first line of the table."""
    layers = "".join(f"{layer.removeprefix('relu'):>7}" for layer in LAYERS)
    return f"{'':28}{'structure':>10}{'things':>8}{'E':>7}{layers}"


def line(name: str, verdict: Verdict) -> str:
    """A line of the table."""
    layers = "".join(f"{value:7.2f}" for value in verdict.effectiveness.values())
    return f"{name:28}{verdict.structure:10.2f}{verdict.things:8.2f}{verdict.mean:7.2f}{layers}"


def things_of(style: Picture, result: Picture) -> float:
    """How much of the style's things the result has."""
    style = fitted(style, SMALL)
    textures = [deep(one) for one in shuffled(style)]
    return things(deep(style), deep(fitted(result, SMALL)), textures)


def deep(picture: Picture) -> Floats:
    """Features (C, h, w)."""
    return deep_features()(to_tensor(picture))[DEEP]


@cache
def deep_features() -> FeatureGraph:
    """What sees things."""
    artefact = load_artefact(ensure_artefact(settings_to_measure([DEEP])))
    return FeatureGraph(artefact, choose_engine("cpu"))


def effectiveness(style: Picture, result: Picture) -> dict[str, float]:
    """E by layer, the style at as many pixels as the result."""
    factor = (result.shape[0] * result.shape[1] / (style.shape[0] * style.shape[1])) ** 0.5
    height, width = (round(side * factor) for side in style.shape[:2])
    wanted, found = moments(resize(style, width, height)), moments(result)
    return {layer: effectiveness_of(divergence(wanted[layer], found[layer])) for layer in LAYERS}


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
    one, other = (Gaussian(np.zeros(len(moments)), moments) for moments in (wanted, found))
    leading = one.leading(DIRECTIONS)
    one, other = one.along(leading), other.along(leading)
    ridge = one.ridge
    one, other = one.widened(ridge), other.widened(ridge)
    return (kullback_leibler(one, other) + kullback_leibler(other, one)) / 2


if __name__ == "__main__":
    main()
