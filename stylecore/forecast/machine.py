"""The machine that something is timed on, as far as its speed depends on it."""

from __future__ import annotations

import platform
from pathlib import Path

from ..engine.artefact import Manifest
from ..engine.processor import told_of_processor
from ..engine.runtime import onnxruntime
from ..engine.table import Engine

_ROOT = Path("/")
_NAMES = ("model name", "cpu family", "model")
"""What Linux tells of a processor: some clouds give many kinds one name."""


def processor(root: Path = _ROOT) -> str:
    """What the processor is called.

    Args:
        root: of the file system.
    """
    told = told_of_processor(root)
    words = " ".join(told[name] for name in _NAMES if name in told)
    return words or platform.processor() or platform.machine()


def key_of(engine: Engine, manifest: Manifest) -> str:
    """What two timings must have in common for the one to stand for the other."""
    runtime = onnxruntime().__version__
    parts = (
        processor(),
        f"{engine.name} in {engine.precision}",
        f"{engine.threads} threads",
        f"onnxruntime {runtime}",
        f"{manifest.name} with {manifest.layout}",
        f"{sum(manifest.channels.values())} channels",
    )
    return " | ".join(parts)
