"""A course: the objective and the start that are the same for all who go over it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from ..engine.targets import Values
from ..growth import first
from ..optimizers.box import into_box
from ..pictures.tensors import Array
from ..problem import Problem
from ..pyramid import Scale, plan
from ..scene import Scene, Study
from .trial import Place, settings_for

NOISE = 4.0
"""Levels: the deviation of what is added to a picture to make another start of it."""


@dataclass(frozen=True)
class Stage:
    """A scale of a course.

    Attributes:
        scale: its size, and how many evaluations a run of so many steps makes here.
        share: of all seconds that are spent on a course, those that are spent here.
        study: the scene at this size.
        targets: of the objective here. Neighbours of the style are chosen by the content, since by
            the picture so far each contender would have others.
    """

    scale: Scale
    share: float
    study: Study
    targets: Values


@dataclass(frozen=True)
class Course:
    """What is the same for all contenders.

    Attributes:
        scene: what is painted.
        problem: what it asks.
        stages: coarsest first.
        start: (1, 3, h, w), at the size of the first.
        objective: SHA-256 of all that the objective is made of, at every stage.
        begin: SHA-256 of the start.
    """

    scene: Scene
    problem: Problem
    stages: tuple[Stage, ...]
    start: Array
    objective: str
    begin: str

    def aim(self, stage: Stage) -> None:
        """Aim the objective at a stage."""
        scale, canvas = stage.scale, stage.study.canvas
        self.problem.objective.aim(stage.targets, scale.height, scale.width, canvas)

    def warm_up(self) -> None:
        """Evaluate once at the last stage, so that nobody pays for memory that all will use."""
        last = self.stages[-1]
        self.aim(last)
        self.problem.objective(into_box(last.study.content))


def course_at(place: Place, scene: Scene, problem: Problem) -> Course:
    """Lay out a course.

    Args:
        place: which scales, and which start.
        scene: what is painted, by the settings of the whole comparison.
        problem: what a painter says that it asks.

    Raises:
        StylecoreError: as a painter, for what cannot be prepared.
    """
    # What a scene was given to start from decides its coarsest scale as well.
    settings = settings_for(scene.settings, place.scales)
    # One objective, of all layers, at every scale.
    scales = [replace(one, shallow=False) for one in plan(scene.height, scene.width, settings)]
    works = [scale.steps * scale.pixels for scale in scales]
    stages: list[Stage] = []
    for scale, work in zip(scales, works, strict=True):
        study = scene.at(scale)
        stages.append(Stage(scale, work / sum(works), study, problem.prepared(study)))
    start = start_at(place, scene, scales[0])
    begin = hashlib.sha256(start.tobytes()).hexdigest()
    return Course(scene, problem, tuple(stages), start, digest_of(stages), begin)


def start_at(place: Place, scene: Scene, scale: Scale) -> Array:
    """The start of a place, (1, 3, h, w), within 0–255.

    The first is what a run starts from. The others are other noise, where that is noise, and
    otherwise the same picture under noise of a few levels.
    """
    seed = scene.settings.seed + place.start
    noisy = scene.settings.init == "noise" and scene.start is None
    moved = replace(scene, settings=replace(scene.settings, seed=seed)) if noisy else scene
    start = into_box(first(moved, scale))
    if place.start and not noisy:
        noise = np.random.default_rng(seed).normal(0.0, NOISE, start.shape)
        start = into_box(start + noise.astype(np.float32))
    return start


def digest_of(stages: list[Stage]) -> str:
    """SHA-256 of all that the objective is made of: targets, weights and guides, and the canvas."""
    digest = hashlib.sha256()
    for stage in stages:
        digest.update(f"{stage.scale.height}×{stage.scale.width}".encode())
        for name, value in sorted(stage.targets.items()):
            digest.update(f"|{name} {value.dtype} {value.shape}|".encode())
            digest.update(np.ascontiguousarray(value).tobytes())
        canvas = stage.study.canvas
        for one in (canvas.content, canvas.keep):
            digest.update(b"|" if one is None else np.ascontiguousarray(one).tobytes())
    return digest.hexdigest()
