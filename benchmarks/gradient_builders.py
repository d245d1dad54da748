"""Two builders of the same gradient, measured in one run: ``gradient_builders.py [HEIGHT WIDTH]``.

It needs an environment with onnxruntime-training-cpu 1.19.2, and the default weights in the cache
(`stylecore models fetch`). The graphs take turns, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

import onnx
import onnxruntime

from stylecore.engine.artefact import OBJECTIVE, load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.models.making.build import Gradient, build_artefact
from stylecore.models.making.probe import relative_difference, sample_picture
from stylecore.models.making.verification import evaluate
from stylecore.models.prepare import ensure_weights
from stylecore.models.readers.weights import read_weights
from stylecore.settings import Pooling

BUILDERS: tuple[Gradient, ...] = ("standard", "ort-training")
POOLINGS: tuple[Pooling, ...] = ("max", "average")
ROUNDS = 7


def measure(folder: Path, pooling: Pooling, height: int, width: int) -> None:
    """Print one row of the table for each builder."""
    weights = read_weights(ensure_weights(offline=True))
    paths = [
        build_artefact(weights, folder / f"{pooling}-{name}", pooling=pooling, gradient=name)
        for name in BUILDERS
    ]
    graphs = [Session(path / OBJECTIVE, choose_engine("cpu")) for path in paths]
    features = load_artefact(paths[0])
    gradients = [evaluate(features, graph, height, width)[1] for graph in graphs]
    seconds = take_turns(graphs, height, width)
    for name, path, gradient, times in zip(BUILDERS, paths, gradients, seconds, strict=True):
        nodes = onnx.load(path / OBJECTIVE, load_external_data=False).graph.node
        own = Counter(node.op_type for node in nodes if node.domain)
        cells = [pooling, name, len(nodes), ", ".join(f"{k} {v}" for k, v in own.items()) or "none"]
        cells += [f"{relative_difference(gradient, gradients[0]):.1e}", f"{median(times):.2f}"]
        print("|", " | ".join(map(str, cells)), "|", flush=True)


def take_turns(graphs: list[Session], height: int, width: int) -> list[list[float]]:
    """Seconds of each evaluation, for each graph."""
    image = sample_picture(height, width)
    seconds: list[list[float]] = [[] for _ in graphs]
    for _ in range(ROUNDS):
        for graph, times in zip(graphs, seconds, strict=True):
            started = perf_counter()
            graph(["loss", "gradient"], image=image)
            times.append(perf_counter() - started)
    return seconds


if __name__ == "__main__":
    size = [int(word) for word in sys.argv[1:3]] or [256, 256]
    print(f"onnxruntime {onnxruntime.__version__}, {size[0]}×{size[1]}, {ROUNDS} rounds")
    print("| pooling | gradient | operators | of Microsoft's own | difference | s/iteration |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for kind in POOLINGS:
            measure(Path(scratch), kind, size[0], size[1])
