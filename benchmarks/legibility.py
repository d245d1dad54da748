"""How legible the content stays in a result, and how much of the style's manner is in it.

    python benchmarks/legibility.py CONTENT STYLE RESULT...

All is measured at 512 pixels, E at the result's own size if that is less; more is better, but for
the faces elsewhere. The first line is the content itself: what no painting at all would have.

- structure: Pearson's correlation of the luminance of content and result in two bands (differences
  of Gaussians of 1 and 4, and of 4 and 16 pixels), the mean of the two; ``face`` is the same in the
  box of the largest face that the content has.
- faces: how many of the content's are found in the result at the same place, of how many, and how
  many are found where the content has none. Haar cascades find them, which OpenCV 5 no longer has:
  in an environment of its own, ``pip install 'opencv-python-headless<5'``. The rest needs none.
- E, the effectiveness of Yeh, Tang, Bhattad & Forsyth 2018 (arXiv 1804.00118), at layers that a run
  does not optimise: features of style and result as Gaussians in the style's leading principal
  directions, −log of the Kullback–Leibler divergence of the two. Here the divergence is the mean of
  both ways, and the Gaussians are without means: their second moments hold both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
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
CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")
NO_CASCADES = (
    f"faces are not looked for: this OpenCV ({cv2.__version__}) has no Haar cascades;"
    " pip install 'opencv-python-headless<5' in an environment of its own brings them"
)

Floats = NDArray[np.floating[Any]]
Box = tuple[int, int, int, int]
"""Left, top, width and height."""


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
    if not sees_faces():
        print(NO_CASCADES)


@dataclass(frozen=True)
class Verdict:
    """What is said of a result.

    Attributes:
        structure: how much of the content's is there, −1 to 1.
        face: the same in the box of the content's largest face, where one is found.
        kept: how many faces of the content are found at the same place.
        faces: how many the content has; None where they cannot be looked for.
        elsewhere: how many are found where the content has none.
        effectiveness: E, by layer.
    """

    structure: float
    face: float | None
    kept: int
    faces: int | None
    elsewhere: int
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
    boxes = faces_of(content) if sees_faces() else []
    largest = max(boxes, key=lambda box: box[2], default=None)
    kept, elsewhere = compare_faces(boxes, content, result) if sees_faces() else (0, 0)
    return Verdict(
        structure=structure(content, result),
        face=structure(content, result, largest) if largest else None,
        kept=kept,
        faces=len(boxes) if sees_faces() else None,
        elsewhere=elsewhere,
        effectiveness=effectiveness(style, painted),
    )


def fitted(picture: Picture, longest: int) -> Picture:
    """With the longer side so many pixels."""
    height, width = scaled_size(*picture.shape[:2], longest)
    return resize(picture, width, height)


def header() -> str:
    """The first line of the table."""
    layers = "".join(f"{layer.removeprefix('relu'):>7}" for layer in LAYERS)
    return f"{'':28}{'structure':>10}{'face':>7}{'faces':>8}{'elsewhere':>11}{'E':>7}{layers}"


def line(name: str, verdict: Verdict) -> str:
    """A line of the table."""
    face = "–" if verdict.face is None else f"{verdict.face:.2f}"
    faces = "–" if verdict.faces is None else f"{verdict.kept} of {verdict.faces}"
    elsewhere = "–" if verdict.faces is None else str(verdict.elsewhere)
    layers = "".join(f"{value:7.2f}" for value in verdict.effectiveness.values())
    return (
        f"{name:28}{verdict.structure:10.2f}{face:>7}{faces:>8}{elsewhere:>11}"
        f"{verdict.mean:7.2f}{layers}"
    )


def structure(content: Picture, result: Picture, box: Box | None = None) -> float:
    """Correlation of luminance, the mean over the bands, of the whole or in a box."""
    left, top, width, height = box or (0, 0, content.shape[1], content.shape[0])
    part = np.s_[top : top + height, left : left + width]
    pairs = zip(bands(content), bands(result), strict=True)
    return float(np.mean([correlation(one[part], other[part]) for one, other in pairs]))


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


def sees_faces() -> bool:
    """Whether this OpenCV has the cascades."""
    return hasattr(cv2, "CascadeClassifier")


def faces_of(content: Picture) -> list[Box]:
    """The faces that a content surely has: both cascades find them."""
    found, *others = (find_faces(content, 10, (cascade,)) for cascade in cascades())
    return [one for one in found if all(matches(one, other, 0.25) for other in others)]


def compare_faces(boxes: list[Box], content: Picture, result: Picture) -> tuple[int, int]:
    """How many boxes of the content have a face in the result too, and how many others do.

    One cascade is enough for both: a face that is kept may be a faint one, and one that is new is
    not to be overlooked, though some of these are no faces. What might be a face in the content,
    however faint, is none that is new.
    """
    faint = find_faces(result, 3, cascades(), least=30)
    kept = sum(matches(one, faint, 0.3) for one in boxes)
    possible = find_faces(content, 2, cascades(), least=24)
    clear = find_faces(result, 10, cascades())
    return kept, sum(not matches(one, possible, 0.2) for one in clear)


def find_faces(
    picture: Picture, neighbours: int, detectors: Sequence[Any], least: int = 36
) -> list[Box]:
    """Each face once, whichever detector finds it in whichever of the greys."""
    found: list[Box] = []
    for grey in greys(picture):
        for detector in detectors:
            sides = (least, least)
            for box in detector.detectMultiScale(grey, 1.05, neighbours, minSize=sides):
                if not matches(box, found, 0.25):
                    found.append(tuple(int(side) for side in box))
    return found


def matches(box: Box, others: Sequence[Box], share: float) -> bool:
    """Whether one of the others overlaps a box by more than a share of what both cover."""
    return any(overlap(box, other) > share for other in others)


@cache
def cascades() -> tuple[Any, ...]:
    """The detectors."""
    folder: str = cv2.data.haarcascades
    return tuple(cv2.CascadeClassifier(folder + name) for name in CASCADES)


def greys(picture: Picture) -> Iterator[Picture]:
    """What the cascades look at: strokes hide a face in one of these, seldom in all."""
    grey = luminance(picture).clip(0, 255).astype(np.uint8)
    yield cv2.equalizeHist(grey)
    yield cv2.createCLAHE(3.0, (8, 8)).apply(grey)
    yield cv2.equalizeHist(cv2.GaussianBlur(grey, (0, 0), 1.5))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


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
    settings = stylecore.Settings(style_layers=dict.fromkeys(LAYERS, 1.0))
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
