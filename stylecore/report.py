"""What a run reports: every step, the final loss of the delivered picture, seconds and memory."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field
from typing import Any

from .engine.artefact import Manifest
from .engine.engines import Engine
from .losses.table import Losses
from .pyramid import Scale
from .settings import Settings
from .version import __version__


@dataclass
class Report:
    """Collects a run's figures; :meth:`as_dict` is what ``--report`` writes."""

    settings: Settings
    engine: Engine
    manifest: Manifest
    scales: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    final: Losses | None = None
    setup: float = 0.0
    optimise: float = 0.0
    total: float = 0.0
    interrupted: bool = False
    error: str | None = None
    warnings: list[str] = field(default_factory=list[str])

    def begin(self, scale: Scale) -> None:
        """Open a scale: the steps that follow belong to it."""
        self.scales.append({"width": scale.width, "height": scale.height, "steps": []})

    def add(self, step: int, losses: Losses, seconds: float) -> None:
        """Add a step to the scale that is open."""
        self.scales[-1]["steps"].append({"step": step, **_numbers(losses), "seconds": seconds})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        manifest = self.manifest
        return {
            "version": __version__,
            "settings": self.settings.as_dict(),
            "engine": self.engine.as_dict(),
            "model": {
                "name": manifest.name,
                "sha256": manifest.source_sha256,
                "source": manifest.source,
                "pooling": manifest.pooling,
            },
            "scales": self.scales,
            "final": None if self.final is None else _numbers(self.final),
            "interrupted": self.interrupted,
            "error": self.error,
            "warnings": self.warnings,
            "seconds": {"setup": self.setup, "optimise": self.optimise, "total": self.total},
            "peak_memory_bytes": peak_memory(),
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
