"""Verifies every graph of an artefact: its gradient, its features, and whether its graphs agree.

A graph may be there twice, as it stands and in the form that the CPU provider runs; both are run.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.artefact import (
    FEATURES,
    OBJECTIVE,
    PULLBACK,
    Artefact,
    Manifest,
    in_winograd_form,
    load_artefact,
)
from ...engine.engines import choose_engine
from ...engine.session import Session
from ...engine.sessions import Sessions
from ...engine.statistics import statistics
from ...engine.targets import Values, prepare_targets
from ...pictures.tensors import Array
from ...settings import Settings
from ...tiling.disk import Disk
from ...tiling.graphs import TileGraphs
from ...tiling.layout import layout
from ...tiling.objective import evaluated
from ...tiling.preparation import TiledTargets
from ..readers.weights import Weights
from .build import build_artefact
from .probe import features_of, fingerprint, relative_difference, sample_picture

_SIZE = 32, 48
_STEPS = 0.003, 0.01, 0.03
_DIRECTIONS = 3

GRADIENT_TOLERANCE = 1e-2
"""Kinks (ReLU, max pooling) lie close to any picture; a wrong rule is off by far more."""

AGREEMENT_TOLERANCE = 1e-2
"""Rounding leaves some millionths, and a kink that falls to the other side of it some 1e-4."""

FEATURES_TOLERANCE = {"float32": 1e-4, "float16": 5e-3, "palette8": 1e-4}
"""By storage: the default's kernels have 256 values each, which a palette keeps exactly."""


def gradient_error(artefact: Artefact) -> float:
    """Central differences of the loss, in float32 by ONNX Runtime, against the gradient.

    Along parts of the gradient itself the loss changes by about a thousandth, which float32
    resolves to one part in ten thousand. A shorter step drowns in rounding, a longer one crosses
    more kinks: of a few steps, the one that agrees best counts.

    Returns:
        The largest relative difference over a few directions, of the objective as it stands and in
        the form that the CPU provider runs.

    Raises:
        ModelError: when ONNX Runtime cannot load the artefact.
    """
    errors: list[float] = []
    for sessions in _parts(artefact):
        targets = _targets(sessions, *_SIZE)
        errors += [_gradient_error(graph, targets) for graph in _forms(sessions, OBJECTIVE)]
    return float(np.max(errors))


def _parts(artefact: Artefact) -> list[Sessions]:
    """The graphs of all layers, and those of the shallow ones alone where there are such."""
    shallow = artefact.shallow
    return [Sessions(part) for part in (artefact, shallow) if part is not None]


def agreement_error(artefact: Artefact) -> float:
    """How far the graphs of an artefact are from one another.

    A picture's loss against its own features is nothing, whichever form of the one graph meets
    whichever form of the other; each term of it is the square of a relative difference. And both
    forms of the objective have the same gradient, as those for tiles have.

    Returns:
        The largest relative difference.

    Raises:
        ModelError: when ONNX Runtime cannot load the artefact.
    """
    return max(map(_disagreement, _parts(artefact)))


def _disagreement(sessions: Sessions) -> float:
    objectives, manifest = _forms(sessions, OBJECTIVE), sessions.artefact.manifest
    own = [_own_targets(graph, manifest) for graph in _forms(sessions, FEATURES)]
    losses = [_at_sample(graph, targets, *_SIZE)[0] for graph in objectives for targets in own]
    others = _targets(sessions, *_SIZE)
    first, *rest = [_at_sample(graph, others, *_SIZE)[1] for graph in objectives]
    rest += _gradients_in_tiles(sessions, others)
    differences = [relative_difference(gradient, first) for gradient in rest]
    # Rounding may leave the difference of two traces a little below nothing.
    return float(np.max([*np.sqrt(np.abs(losses)), *differences]))


def _forms(sessions: Sessions, graph: str) -> list[Session]:
    """A graph as it stands, and in the form that the CPU provider runs where that is another."""
    artefact, engine = sessions.artefact, choose_engine("cpu")
    plain = Session(artefact.path(graph), engine)
    if in_winograd_form(graph) not in artefact.manifest.files:
        return [plain]
    opened = {OBJECTIVE: sessions.objective, FEATURES: sessions.features}
    return [plain, opened.get(graph, sessions.pullback)(engine)]


def _gradients_in_tiles(sessions: Sessions, targets: Values) -> list[Array]:
    """At the sample picture, by each form of the pullback; of one tile, that is the picture."""
    manifest = sessions.artefact.manifest
    if PULLBACK not in manifest.files:
        return []
    features, engine = _forms(sessions, FEATURES)[0], choose_engine("cpu")
    tiles = layout(*_SIZE, max(_SIZE), [*manifest.content_layers, *manifest.style_layers])
    aimed, cotangents = TiledTargets(tiles, targets, Disk()), sessions.cotangents(engine)
    picture = sample_picture(*_SIZE)
    return [
        evaluated(TileGraphs(features, cotangents, pullback), manifest, aimed, picture)[1]
        for pullback in _forms(sessions, PULLBACK)
    ]


def _gradient_error(graph: Session, targets: Values) -> float:
    _, gradient = _at_sample(graph, targets, *_SIZE)
    image = sample_picture(*_SIZE)
    rng = np.random.default_rng(0)
    errors = [
        min(_difference(graph, image, gradient, direction, step) for step in _STEPS)
        for direction in (_part(gradient, rng) for _ in range(_DIRECTIONS))
    ]
    return float(np.max(errors))


def _part(gradient: Array, rng: np.random.Generator) -> Array:
    """Half of the gradient, at random, scaled to a root mean square of one level."""
    part: Array = gradient * (rng.random(gradient.shape) < 0.5)
    part /= np.sqrt(np.mean(np.square(part)))
    return part


def _difference(graph: Session, x: Array, gradient: Array, direction: Array, step: float) -> float:
    ahead = (x + step * direction).astype(np.float32)
    behind = (x - step * direction).astype(np.float32)
    numeric = float(graph(["loss"], image=ahead)[0]) - float(graph(["loss"], image=behind)[0])
    slope = float(np.vdot(gradient.astype(np.float64), ahead - behind))
    difference = abs(numeric - slope) / max(abs(numeric), abs(slope), 1e-30)
    return difference if np.isfinite(difference) else float("inf")


def evaluate(artefact: Artefact, graph: Session, height: int, width: int) -> tuple[float, Array]:
    """Loss and gradient at the sample picture, against targets of two others.

    Args:
        artefact: its features are the targets.
        graph: the objective; it keeps the targets.
        height: in pixels.
        width: in pixels.
    """
    return _at_sample(graph, _targets(Sessions(artefact), height, width), height, width)


def _at_sample(graph: Session, targets: Values, height: int, width: int) -> tuple[float, Array]:
    graph.hold(targets)
    loss, gradient = graph(["loss", "gradient"], image=sample_picture(height, width))
    return float(loss), gradient


def _targets(sessions: Sessions, height: int, width: int) -> Values:
    manifest = sessions.artefact.manifest
    features = sessions.features(choose_engine("cpu"))
    content, style = (sample_picture(height, width, turn) for turn in (1, 2))
    settings = _settings(manifest, tv_weight=0.001)
    return prepare_targets(features, manifest, content, [style], settings)


def _own_targets(features: Session, manifest: Manifest) -> Values:
    """Of the very picture that the objective is evaluated at."""
    picture = sample_picture(*_SIZE)
    settings = _settings(manifest, tv_weight=0.0)
    return prepare_targets(features, manifest, picture, [picture], settings)


def _settings(manifest: Manifest, tv_weight: float) -> Settings:
    return Settings(
        content_layers=dict.fromkeys(manifest.content_layers, 1.0),
        style_layers=dict.fromkeys(manifest.style_layers, 1.0),
        content_weight=1.0,
        tv_weight=tv_weight,
    )


def features_error(artefact: Artefact) -> float | None:
    """The largest relative difference of the features, in both forms, from the numbers measured.

    Returns:
        None where no numbers of these weights, pooling and layers are known.
    """
    wanted = known_features(artefact.manifest)
    if not wanted:
        return None
    seen = (
        statistics(graph, sessions.artefact.manifest, sample_picture())
        for sessions in _parts(artefact)
        for graph in _forms(sessions, FEATURES)
    )
    errors = [
        np.abs(np.array(fingerprint(found[name])) / np.array(numbers) - 1).max()
        for found in seen
        for name, numbers in wanted.items()
        if name in found
    ]
    return float(np.max(errors)) if errors else None


def storage_errors(weights: Weights, folder: Path) -> dict[str, float]:
    """What the storage of an artefact does to its features, next to float32.

    Args:
        weights: that it was built from.
        folder: where it lies.

    Returns:
        Relative differences, by the name of the features: Grams for style, all for content.
    """
    artefact = load_artefact(folder)
    manifest = artefact.manifest
    with tempfile.TemporaryDirectory() as scratch:
        whole = build_artefact(
            weights,
            Path(scratch) / "float32",
            pooling="max" if manifest.pooling == "max" else "average",
            content_layers=manifest.content_layers,
            style_layers=manifest.style_layers,
            style_loss=manifest.style_loss,
        )
        wanted = features_of(load_artefact(whole), sample_picture())
    found = features_of(artefact, sample_picture())
    return {name: relative_difference(found[name], wanted[name]) for name in wanted}


def known_features(manifest: Manifest) -> Mapping[str, list[float]]:
    """Fingerprints by the name of the features, for the weights and pooling of an artefact."""
    of_weights: Mapping[str, Any] = _table().get(manifest.source, {})
    return of_weights.get(manifest.pooling, {})


@cache
def _table() -> Mapping[str, Any]:
    text = resources.files(__spec__.parent).joinpath("fingerprints.toml").read_text("utf-8")
    return tomllib.loads(text)
