"""Looks at weights that are here, and at the network that is built of them.

Is the file what it was, does it hold VGG-19, does the gradient agree with differences of the loss,
do the graphs agree with one another, and are the features of a picture the numbers that were
measured?
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..engine.artefact import load_artefact
from ..errors import EngineError, ModelError
from ..files import sha256_of
from ..settings import Settings
from . import sources
from .fetching.fetch import present, problem
from .imported import imported
from .readers.weights import read_weights


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: was looked at.
        passed: whether it is as it should be.
        detail: what was found.
    """

    what: str
    passed: bool
    detail: str


def inspect_weights(name: str) -> list[Finding]:
    """Look at the file of a known source, or at imported weights, and at their artefact.

    The artefact of the default settings is the one in the cache, or a temporary one.

    Raises:
        ModelError: nothing of this name is here.
        EngineError: ONNX Runtime is not here.
    """
    path, wrong = _located(name)
    findings = list(_findings(path, wrong))
    if all(finding.passed for finding in findings):
        findings += _network_findings(path)
    return findings


def inspect_artefact(folder: Path) -> list[Finding]:
    """Look at an artefact: its files, its gradient, its features, and whether its graphs agree.

    Raises:
        EngineError: ONNX Runtime is not here.
    """
    from .making import verification

    try:
        artefact = load_artefact(folder)
        gradient = verification.gradient_error(artefact)
        agreement = verification.agreement_error(artefact)
        features = verification.features_error(artefact)
    except (ModelError, EngineError) as error:
        return [Finding("artefact", False, str(error))]
    except Exception as error:  # whatever ONNX Runtime raises when a graph fails
        return [
            Finding("artefact", False, f"it does not run: {str(error).strip().splitlines()[0]}")
        ]
    storage = artefact.manifest.storage
    return [
        Finding("artefact", True, f"{folder}, {storage}"),
        _measured(
            "gradient", gradient, verification.GRADIENT_TOLERANCE, "from differences of the loss"
        ),
        _measured("graphs", agreement, verification.AGREEMENT_TOLERANCE, "from one another"),
        Finding("features", True, "no numbers are known of these weights and layers")
        if features is None
        else _measured(
            "features",
            features,
            verification.FEATURES_TOLERANCE.get(storage, 0.0),
            "from the numbers measured",
        ),
    ]


def _measured(what: str, error: float, tolerance: float, than: str) -> Finding:
    words = f"{error:.1e} {than} (relative; at most {tolerance:.0e})"
    return Finding(what, error <= tolerance, words)


def _network_findings(path: Path) -> list[Finding]:
    """Of the default settings' artefact; where there is none in the cache, of a temporary one."""
    from .making.build import build_artefact
    from .prepare import artefact_folder

    settings = Settings()
    cached = artefact_folder(path, settings)
    if cached.exists():
        return inspect_artefact(cached)
    with tempfile.TemporaryDirectory(prefix="stylecore-") as scratch:
        folder = build_artefact(
            read_weights(path),
            Path(scratch) / cached.name,
            pooling=settings.pooling,
            content_layers=settings.all_content_layers,
            style_layers=tuple(settings.style_layers),
        )
        return inspect_artefact(folder)


def _located(name: str) -> tuple[Path, str]:
    """The file, and what is wrong with its size or checksum (empty: nothing)."""
    if entry := imported().get(name):
        found = sha256_of(entry.path) if entry.path.is_file() else "missing"
        wrong = "" if found == entry.sha256 else f"is {found} instead of {entry.sha256}"
        return entry.path, wrong
    source = sources.find(name)
    path = present(source)
    if path is None:
        raise ModelError(f"{name} is not here; run `stylecore models fetch {name}` first")
    return path, problem(path, source)


def _findings(path: Path, wrong: str) -> Iterator[Finding]:
    yield Finding("checksum", not wrong, wrong or "as published, or as imported")
    try:
        weights = read_weights(path)
    except ModelError as error:
        yield Finding("network", False, str(error))
        return
    yield Finding("network", True, f"VGG-19, {len(weights.convolutions)} convolutions")
    preprocessing = weights.preprocessing
    mean = ", ".join(f"{value:.3f}" for value in preprocessing.mean)
    yield Finding("input", True, f"{preprocessing.order.upper()}, mean {mean}")
