"""Build the artefact of a VGG-19 with few channels and random weights: give it the FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from stylecore import Settings
from stylecore.models.making.build import build_artefact
from stylecore.models.readers.architecture import Architecture
from stylecore.models.readers.weights import Preprocessing, Weights

NARROW = Architecture("narrow", ((8, 8), (12, 12), (16,) * 4, (16,) * 4, (16,) * 4))


def random_weights(seed: int) -> Weights:
    """He-initialised convolutions, so that deep features neither vanish nor explode."""
    rng = np.random.default_rng(seed)
    convolutions = {
        layer: (
            (rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32),
            (0.1 * rng.normal(size=shape[0])).astype(np.float32),
        )
        for layer, shape in NARROW.kernels.items()
    }
    preprocessing = Preprocessing("bgr", (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
    return Weights(convolutions, preprocessing, "random", "0" * 64, "none needed")


if __name__ == "__main__":
    settings = Settings()
    build_artefact(
        random_weights(seed=0),
        Path(sys.argv[1]),
        pooling=settings.pooling,
        content_layers=settings.all_content_layers,
        style_layers=tuple(settings.style_layers),
    )
