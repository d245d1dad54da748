"""Measure the features that `stylecore models check` compares with: writes fingerprints.toml.

Run it when the trunk changes on purpose, after the change was checked against another framework;
it takes the default weights from the cache.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from stylecore.engine.artefact import load_artefact
from stylecore.files import write_atomically
from stylecore.models.making.build import build_artefact
from stylecore.models.making.probe import features_of, fingerprint, sample_picture
from stylecore.models.prepare import ensure_weights
from stylecore.models.readers.weights import Weights, read_weights
from stylecore.settings import Pooling

TABLE = Path(__file__).parents[2] / "models" / "making" / "fingerprints.toml"
HEAD = """\
# Features of the sample picture, measured with ONNX Runtime on the CPU in float32: mean, root mean
# square, and the mean under a ramp along each axis. By source, pooling and layer.
"""
POOLINGS: tuple[Pooling, ...] = ("max", "average")


def section(weights: Weights, pooling: Pooling) -> Iterator[str]:
    """The lines of one pooling."""
    yield f"\n[{weights.source}.{pooling}]"
    with tempfile.TemporaryDirectory() as scratch:
        layers = ("relu4_1", "relu4_2")
        folder = build_artefact(
            weights, Path(scratch) / "artefact", pooling=pooling, content_layers=layers
        )
        for name, values in features_of(load_artefact(folder), sample_picture()).items():
            numbers = ", ".join(f"{number:.7g}" for number in fingerprint(values))
            yield f'"{name}" = [{numbers}]'


def main() -> None:
    """Write the table."""
    weights = read_weights(ensure_weights())
    lines = [HEAD.rstrip("\n")]
    for pooling in POOLINGS:
        lines += section(weights, pooling)
    write_atomically(TABLE, ("\n".join(lines) + "\n").encode())
    print(f"{TABLE} is written")


if __name__ == "__main__":
    main()
