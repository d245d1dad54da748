"""The plan of a run: through which sizes it goes, on what, for how long and in how much memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..engine.artefact import Manifest, shallow_layers
from ..engine.table import Engine
from ..pyramid import SHALLOW_COST, Scale, plan
from ..scene import Scene
from ..settings import Settings
from ..strength.pilots import work
from ..tiling.fitting import Fit
from ..tiling.layout import layout, size_in
from .speed import Speed

_AROUND = 1.2
"""Times as long as the fastest of many an iteration takes in a run, with the optimiser's part."""

_PREPARED, _PREPARED_IN_TILES = 4.0, 1.6
"""Iterations that a scale takes before its first: features of the pictures, targets, detail. Those
in tiles take longer, and detail in strips less for each pixel."""

_JUDGED = 0.4
"""Iterations that the last scale takes after its last: the loss of what is delivered."""

_TWICE = 1.4
"""Iterations that tiles take for one: their statistics are found first, without a gradient."""


@dataclass(frozen=True)
class Stage:
    """A scale of a run.

    Attributes:
        scale: its size, and how many steps it takes.
        fit: how it is painted within the memory that there is.
        seconds: that it takes.
    """

    scale: Scale
    fit: Fit
    seconds: float


@dataclass(frozen=True)
class RunPlan:
    """What a run will be.

    Attributes:
        settings: of the run.
        stages: coarsest first.
        engine: what paints.
        setup: seconds that reading and opening take.
        calibration: seconds that the pilots of a strength take at most; 0 where there are none.
        limit: bytes that the process may hold; infinite where nobody counts them.
    """

    settings: Settings
    stages: tuple[Stage, ...]
    engine: Engine
    setup: float
    calibration: float
    limit: float

    @property
    def seconds(self) -> float:
        """Of the whole run."""
        return self.setup + self.calibration + sum(stage.seconds for stage in self.stages)

    @property
    def peak(self) -> float | None:
        """Bytes that the process is expected to hold at most, which is known for ``cpu`` alone."""
        if not self.engine.row.winograd:
            return None
        return max(stage.fit.bytes for stage in self.stages)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; sizes of memory are bytes."""
        return {
            "settings": self.settings.as_dict(),
            "engine": self.engine.as_dict(),
            "scales": [
                {
                    "width": stage.scale.width,
                    "height": stage.scale.height,
                    "steps": stage.scale.steps,
                    "tile": stage.fit.side or None,
                    "seconds": stage.seconds,
                }
                for stage in self.stages
            ],
            "seconds": {
                "setup": self.setup,
                "calibration": self.calibration,
                "total": self.seconds,
            },
            "peak_memory_bytes": None if self.peak is None else round(self.peak),
            "memory_limit_bytes": None if math.isinf(self.limit) else round(self.limit),
        }


def planned(
    scene: Scene,
    manifest: Manifest,
    engine: Engine,
    fits: Sequence[Fit],
    limit: float,
    speed: Speed,
    setup: float,
) -> RunPlan:
    """Plan the run that paints a scene.

    Args:
        scene: what is painted.
        manifest: of the artefact.
        engine: what paints.
        fits: how each scale finds room, as :func:`.fits.find_room` says.
        limit: bytes that the process may hold.
        speed: of the engine.
        setup: seconds that reading and opening take.
    """
    scales = plan(scene.height, scene.width, scene.settings)
    stages: list[Stage] = []
    for scale, fit in zip(scales, fits, strict=True):
        each = _AROUND * speed.iteration(_seen(scale, fit, manifest))
        each *= SHALLOW_COST if scale.shallow else 1.0
        iterations = scale.steps + _JUDGED * (scale is scales[-1])
        iterations += _PREPARED_IN_TILES if fit.side else _PREPARED
        stages.append(Stage(scale, fit, iterations * each))
    # With all that they are prepared by: their graphs are faster than those that were timed.
    calibration = sum(
        pilot.steps * speed.iteration(_around(pilot.height, pilot.width, manifest.margin))
        for pilot in work(scene)
    )
    return RunPlan(scene.settings, tuple(stages), engine, setup, calibration, limit)


def _seen(scale: Scale, fit: Fit, manifest: Manifest) -> float:
    """Pixels that the network looks at in an iteration."""
    if not fit.side:
        return _around(scale.height, scale.width, manifest.margin)
    layers = (*manifest.content_layers, *manifest.style_layers)
    layers = shallow_layers(layers) if scale.shallow else layers
    tiles = layout(scale.height, scale.width, fit.side, layers)
    read = sum(_around(*size_in(tile, "relu1_1"), manifest.margin) for tile in tiles)
    return _TWICE * read


def _around(height: int, width: int, margin: int) -> float:
    return float((height + 2 * margin) * (width + 2 * margin))
