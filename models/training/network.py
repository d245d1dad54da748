"""A network in training: its two graphs, opened on an engine, over weights that change."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx_ir as ir

from ...engine.session import Session
from ...engine.table import Engine
from ...pictures.tensors import Array
from ..autodiff.tape import write_model
from ..networks.graphs import training_graphs
from ..networks.noise import noise_of
from ..networks.sizes import MULTIPLE, Shape


class TrainedNetwork:
    """Paints pictures with given weights, and pulls gradients by what it paints back to these.

    Args:
        shape: of it.
        engine: what runs it, in fp32.
        grey: whether it paints light and dark alone.

    Raises:
        ModelError: when ONNX Runtime refuses the graphs.
        EngineError: when the engine does not work here.
    """

    def __init__(self, shape: Shape, engine: Engine, *, grey: bool = False) -> None:
        with tempfile.TemporaryDirectory(prefix="stylecore-") as scratch:
            graphs = training_graphs(shape, grey=grey)
            self._forward, self._pullback = (
                _opened(model, Path(scratch) / f"{model.graph.name}.onnx", engine)
                for model in graphs
            )

    def paint(self, weights: Array, images: Array, noise: Array) -> Array:
        """What the network makes of images (N, 3, H, W), of the same shape, 0–255."""
        given = {"weights": weights, "image": images, "noise": noise}
        self._forward.hold(given)
        there = self._forward.held_outputs()
        self._pullback.share(there)
        self._pullback.hold({name: given[name] for name in self._pullback.inputs if name in given})
        return there["styled"].numpy()

    def pull_back(self, cotangent: Array) -> Array:
        """The gradient (P,) of Σ cotangent · styled by the weights, of what was painted last."""
        return self._pullback(["gradient"], cotangent=cotangent)[0]


def _opened(model: ir.Model, path: Path, engine: Engine) -> Session:
    write_model(model, path)
    return Session(path, engine)


def noise_for(rng: np.random.Generator, images: Array) -> Array:
    """New noise for images (N, 3, H, W)."""
    pictures, _, height, width = images.shape
    return noise_of(rng, pictures, height // MULTIPLE, width // MULTIPLE)
