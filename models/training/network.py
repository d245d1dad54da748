"""A network in training: its two graphs, opened on an engine, over weights that change."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from ...engine.session import Session
from ...engine.table import Engine
from ...pictures.tensors import Array
from ..autodiff.tape import write_model
from ..networks.graphs import forward_model, pullback_model
from ..networks.noise import noise_of
from ..networks.sizes import MULTIPLE, SHAPES, NetworkSize


class TrainedNetwork:
    """Paints pictures with given weights, and pulls gradients by what it paints back to these.

    Args:
        network: its size.
        engine: what runs it, in fp32.
        grey: whether it paints light and dark alone.

    Raises:
        ModelError: when ONNX Runtime refuses the graphs.
        EngineError: when the engine does not work here.
    """

    def __init__(self, network: NetworkSize, engine: Engine, *, grey: bool = False) -> None:
        shape = SHAPES[network]
        with tempfile.TemporaryDirectory(prefix="stylecore-") as scratch:
            paths = [Path(scratch) / f"{name}.onnx" for name in ("forward", "pullback")]
            write_model(forward_model(shape, grey=grey), paths[0])
            write_model(pullback_model(shape, grey=grey), paths[1])
            self._forward, self._pullback = (Session(path, engine) for path in paths)

    def paint(self, weights: Array, images: Array, noise: Array) -> Array:
        """What the network makes of images (N, 3, H, W), of the same shape, 0–255."""
        return self._forward(["styled"], weights=weights, image=images, noise=noise)[0]

    def pull_back(self, weights: Array, images: Array, noise: Array, cotangent: Array) -> Array:
        """The gradient (P,) of Σ cotangent · styled by the weights."""
        given = {"weights": weights, "image": images, "noise": noise, "cotangent": cotangent}
        return self._pullback(["gradient"], **given)[0]


def noise_for(rng: np.random.Generator, images: Array) -> Array:
    """New noise for images (N, 3, H, W)."""
    pictures, _, height, width = images.shape
    return noise_of(rng, pictures, height // MULTIPLE, width // MULTIPLE)
