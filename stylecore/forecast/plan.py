"""The plan of a run: through which sizes it goes, on what, for how long and in how much memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..engine.artefact import Manifest
from ..engine.table import Engine
from ..pyramid import Scale, plan
from ..scene import Scene
from .memory import Job
from .room import Room, room_for
from .speed import Speed

_PREPARED = 3.0
"""Iterations that a scale takes before its first: features of the pictures, targets, detail."""

_JUDGED = 0.4
"""Iterations that the last scale takes after its last: the loss of what is delivered."""


@dataclass(frozen=True)
class Stage:
    """A scale of a run.

    Attributes:
        scale: its size, and how many steps it takes.
        seconds: that it takes.
    """

    scale: Scale
    seconds: float


@dataclass(frozen=True)
class RunPlan:
    """What a run will be.

    Attributes:
        stages: coarsest first.
        engine: what paints.
        setup: seconds that reading and opening take.
        room: in memory.
        job: that finds it, or not.
    """

    stages: tuple[Stage, ...]
    engine: Engine
    setup: float
    room: Room
    job: Job

    @property
    def seconds(self) -> float:
        """Of the whole run."""
        return self.setup + sum(stage.seconds for stage in self.stages)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; sizes of memory are bytes."""
        return {
            "settings": self.job.settings.as_dict(),
            "engine": self.engine.as_dict(),
            "scales": [
                {
                    "width": stage.scale.width,
                    "height": stage.scale.height,
                    "steps": stage.scale.steps,
                    "seconds": stage.seconds,
                }
                for stage in self.stages
            ],
            "seconds": {"setup": self.setup, "total": self.seconds},
            "peak_memory_bytes": _whole(self.room.peak),
            "free_memory_bytes": _whole(self.room.free),
            "fits": self.room.suffices,
            "largest_size": self.room.size,
        }


def job_of(scene: Scene) -> Job:
    """What of a scene its memory depends on."""
    settings = scene.settings
    scales = settings.style_scale or (1.0,) * scene.given
    regions = max(1, len(scene.steering.areas))
    return Job(scene.height, scene.width, settings, regions, scales)


def planned(
    scene: Scene, manifest: Manifest, engine: Engine, speed: Speed, setup: float
) -> RunPlan:
    """Plan the run that paints a scene.

    Args:
        scene: what is painted.
        manifest: of the artefact.
        engine: what paints.
        speed: of it.
        setup: seconds that reading and opening take.
    """
    scales, job = plan(scene.height, scene.width, scene.settings), job_of(scene)
    stages = tuple(
        Stage(scale, _seconds(scale, manifest.margin, speed, last=scale is scales[-1]))
        for scale in scales
    )
    return RunPlan(stages, engine, setup, room_for(job, manifest, engine), job)


def _seconds(scale: Scale, margin: int, speed: Speed, *, last: bool) -> float:
    seen = (scale.height + 2 * margin) * (scale.width + 2 * margin)
    return (scale.steps + _PREPARED + _JUDGED * last) * speed.iteration(seen)


def _whole(size: float | None) -> int | None:
    """Bytes, or nothing for as many as nobody counts."""
    return None if size is None or math.isinf(size) else int(size)
