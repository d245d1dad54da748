"""ONNX Runtime training builds the gradient of a narrow network, and the main job runs on it.

Run it in an environment of its own: onnxruntime-training-cpu 1.19.2, numpy<2, onnx 1.16, onnx-ir,
opencv-python-headless, scipy, and stylecore without its dependencies.
"""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path

import numpy as np

import stylecore
from stylecore.engine.artefact import OBJECTIVE, load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.models.making.build import build_artefact
from stylecore.models.making.probe import relative_difference
from stylecore.models.making.verification import GRADIENT_TOLERANCE, evaluate, gradient_error

NARROW = Path(__file__).parents[1] / "embedding" / "build_artefact.py"
TOLERANCE = 1e-5


def check(folder: Path, pooling: str) -> Path:
    """Build the network with both gradients and compare; gives the one that is theirs."""
    weights = runpy.run_path(str(NARROW))["random_weights"](0)
    theirs, ours = (
        build_artefact(
            weights, folder / f"{pooling}-{gradient}", pooling=pooling, gradient=gradient
        )
        for gradient in ("ort-training", "standard")
    )
    graphs = [Session(path / OBJECTIVE, choose_engine("cpu")) for path in (theirs, ours)]
    assert graphs[0].inputs == graphs[1].inputs, "another contract"
    assert set(graphs[0].outputs) == set(graphs[1].outputs), "another contract"
    for size in ((48, 64), (47, 61), (64, 48)):
        artefact = load_artefact(ours)
        (loss, gradient), (wanted_loss, wanted) = (
            evaluate(artefact, graph, *size) for graph in graphs
        )
        difference = relative_difference(gradient, wanted)
        print(f"{pooling} {size}: loss {loss:.6g} and {wanted_loss:.6g}, gradient {difference:.1e}")
        assert abs(loss - wanted_loss) <= TOLERANCE * abs(wanted_loss)
        assert difference <= TOLERANCE
    assert gradient_error(load_artefact(theirs)) <= GRADIENT_TOLERANCE
    return theirs


def paint(artefact: Path, pooling: str) -> None:
    """The main job, over an artefact with their gradient."""
    pictures = np.random.default_rng(0).integers(0, 256, (2, 48, 64, 3), np.uint8)
    settings = stylecore.Settings(size=64, steps=6, coarsest=64, engine="cpu", pooling=pooling)
    result = stylecore.stylize(pictures[0], pictures[1], model=artefact, settings=settings)
    losses = [step["loss"] for step in result.report["scales"][-1]["steps"]]
    assert min(losses) < losses[0], "the loss did not go down"
    print(f"painted {result.image.shape} over the {pooling} network")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("max", "average"):
            paint(check(Path(scratch), name), name)
    print("ONNX Runtime training builds what stylecore runs")
