"""What a run reports: every step, the final loss of the delivered picture, seconds and memory."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from .engine.artefact import Manifest
from .engine.engines import Engine
from .engine.runtime import onnxruntime
from .losses.table import Losses
from .provenance.inputs import Inputs
from .pyramid import Scale
from .settings import Settings
from .strength.calibrated import Calibrated
from .version import __version__


@dataclass
class Report:
    """Collects a run's figures; :meth:`as_dict` is what ``--report`` writes.

    Seconds are those of this process; ``before`` has those of others, where the run was resumed.
    """

    settings: Settings
    engine: Engine
    manifest: Manifest
    inputs: Inputs | None = None
    calibrated: Calibrated | None = None
    scales: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    final: Losses | None = None
    before: float = 0.0
    resumed: int = 0
    setup: float = 0.0
    optimise: float = 0.0
    total: float = 0.0
    interrupted: bool = False
    error: str | None = None
    warnings: list[str] = field(default_factory=list[str])
    memory: dict[str, Any] = field(default_factory=dict[str, Any])

    def begin(self, scale: Scale) -> None:
        """Open a scale: the steps that follow belong to it."""
        self.scales.append({"width": scale.width, "height": scale.height, "steps": []})

    def add(self, step: int, losses: Losses, seconds: float) -> None:
        """Add a step to the scale that is open."""
        self.scales[-1]["steps"].append({"step": step, **_numbers(losses), "seconds": seconds})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        manifest = self.manifest
        of_strength = self.calibrated.notes() if self.calibrated else []
        return {
            "version": __version__,
            "versions": versions(),
            "inputs": None if self.inputs is None else self.inputs.as_dict(),
            "settings": self.settings.as_dict(),
            "strength": None if self.calibrated is None else self.calibrated.as_dict(),
            "engine": self.engine.as_dict(),
            "model": {
                "name": manifest.name,
                "sha256": manifest.source_sha256,
                "source": manifest.source,
                "artefact": manifest.sha256,
                "pooling": manifest.pooling,
            },
            "scales": self.scales,
            "final": None if self.final is None else _numbers(self.final),
            "interrupted": self.interrupted,
            "error": self.error,
            "warnings": [*self.warnings, *of_strength],
            "resumed": self.resumed,
            "seconds": {
                "setup": self.setup,
                "optimise": self.before + self.optimise,
                "total": self.before + self.total,
            },
            "memory": self.memory,
            "peak_memory_bytes": peak_memory(),
        }


def versions() -> dict[str, str]:
    """Of stylecore and of what its numbers depend on, by name."""
    import scipy  # later than the rest: its optimiser is not always wanted

    return {
        "stylecore": __version__,
        "onnxruntime": str(onnxruntime().__version__),
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "scipy": scipy.__version__,
    }


def _numbers(losses: Losses) -> dict[str, float | None]:
    """The same, with nothing for what is no finite number: JSON has no word for that."""
    return {name: loss if math.isfinite(loss) else None for name, loss in losses.items()}


def peak_memory() -> int:
    """The most memory this process has held, in bytes; 0 where the platform does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
