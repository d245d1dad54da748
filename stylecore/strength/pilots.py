"""Pilots: a scene painted small and short, to see how far a content weight lets it go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, sqrt
from time import perf_counter
from typing import Any, NamedTuple, Self, TypeAlias

from ..control.composition import settings_at
from ..pictures.images import reduced, resize, scaled_size
from ..pictures.tensors import Array, to_floats
from ..pyramid import SHORTEST, Scale, plan
from ..scene import Scene
from ..settings import Settings, default_of
from .calibrated import Calibrated
from .search import MOST, Tried, halfway_at, of_a_run, search
from .yardstick import Way, Yardstick

SIDES, STEPS = (64, 96), (12, 8)
"""Pixels of a pilot's longer side, and evaluations of the objective, at its two scales: these see
what the first and the last scale of a run see. Sides are those of the usual shape, 3:2; others have
as many pixels in all."""

_USUAL = 3 / 2
"""The longer side by the shorter, of most photographs."""

FARTHEST = 0.01
"""The content weight of strength 1, where the style's is 1: a fifth of the default. With less the
content is not only overgrown but gone: faces first, and at 0 all of it."""

_OWN_DETAIL = 0.6
"""The strength below which finer scales add the content's own detail: where the content weighs so
much, strokes by example stay lying on it as a grain."""

PILOTS = 1 + MOST
"""At most: one for which the content does not count, and those of the search."""


@dataclass(frozen=True)
class PilotStep:
    """Where a calibration stands, after an evaluation of a pilot's objective.

    Attributes:
        strength: that the weights are sought for.
        pilot: which one, from 1.
        pilots: how many there will be at most.
        step: which evaluation of this pilot, from 1.
        steps: how many each of them takes.
        remaining: an estimate of the seconds until the last pilot's last step.
    """

    strength: float
    pilot: int
    pilots: int
    step: int
    steps: int
    remaining: float


OnPilot: TypeAlias = Callable[[PilotStep], object]
Sketch: TypeAlias = Callable[[Scene, Scale, Callable[[Any], object]], Array]
"""Paints a scene at one scale, and tells of every evaluation: what the network sees of it, (1, 3,
H, W)."""


class Small(NamedTuple):
    """A scene as a pilot has it, and the one scale at which it is painted."""

    scene: Scene
    scale: Scale

    @classmethod
    def of(cls, scene: Scene, settings: Settings, *, shallow: bool = False) -> Self:
        """With settings that have its size and its steps."""
        height, width = scaled_size(scene.height, scene.width, settings.size)
        less = replace(
            scene,
            settings=settings,
            height=height,
            width=width,
            content=reduced(scene.content, 2 * height, 2 * width),
            start=None if scene.start is None else resize(scene.start, width, height),
        )
        return cls(less, Scale(height, width, settings.steps, shallow=shallow))


def calibrate(
    scene: Scene,
    sketch: Sketch,
    yardstick: Callable[[Scene], Yardstick],
    on_pilot: OnPilot | None = None,
) -> Calibrated:
    """What the strength of a scene's settings comes to.

    Strength s is a balance of s: so much of the way to the style lies behind the picture. The ends
    need no pilots: at 1 the content weighs next to nothing, at 0 the style weighs nothing.

    Args:
        scene: with a strength in its settings.
        sketch: paints pilots.
        yardstick: that measures pictures of the size of a scene.
        on_pilot: told of every evaluation.

    Raises:
        SettingsError: where there is nothing to measure by.
        StylecoreError: when the engine fails.
    """
    settings = scene.settings
    if settings.strength == 0:
        return Calibrated.of(settings, {"style_weight": 0.0, "detail": "content"})
    least = FARTHEST * settings.style_weight
    if settings.strength == 1:
        return Calibrated.of(settings, {"content_weight": least})
    assert settings.strength is not None
    unit = settings.style_weight / _more(scene)
    pilots = _Pilots(scene, unit, sketch, yardstick, on_pilot)
    weight, found = search(settings.strength, pilots.balance, halfway_at(pilots.last))
    tried = tuple(Tried(one.weight * unit, one.balance) for one in found)
    changes: dict[str, Any] = {"content_weight": max(weight * unit, least)}
    if settings.strength < _OWN_DETAIL and settings.detail == "example":
        changes["detail"] = "content"
    way = pilots.way
    return Calibrated.of(
        settings, changes, content=way.content, farthest=way.farthest, pilots=tried
    )


def _more(scene: Scene) -> float:
    """Times as much as the settings say a content counts at a run's last scale."""
    last = settings_at(scene.settings, max(scene.height, scene.width))
    return last.content_weight / scene.settings.content_weight


def work(scene: Scene) -> list[Scale]:
    """What a calibration paints at most: the sizes of its pilots, and the steps that each takes."""
    if scene.calibrated is not None or not scene.settings.seeks_weight:
        return []
    return [one.scale for one in small(scene)] * PILOTS


def small(scene: Scene) -> list[Small]:
    """The scene as its pilots have it, coarse and fine: each sees what a scale of a run sees."""
    scales = plan(scene.height, scene.width, scene.settings)
    found: list[Small] = []
    for scale, side, steps in zip((scales[0], scales[-1]), SIDES, STEPS, strict=True):
        settings = _short(scene.settings, _longest(scene, side), steps)
        if not scale.shallow:  # or it would see what a scale of its own size does
            settings = replace(settings_at(settings, scale.longest), composition="style")
        found.append(Small.of(scene, settings, shallow=scale.shallow))
    return found


def _longest(scene: Scene, side: int) -> int:
    """Pixels of the longer side that has a pilot as large as one of 3:2, within what can be."""
    longest, shortest = max(scene.height, scene.width), min(scene.height, scene.width)
    least = ceil(longest * SHORTEST / shortest)
    return min(longest, max(round(side * sqrt(longest / shortest / _USUAL)), least))


def _short(settings: Settings, side: int, steps: int) -> Settings:
    """One scale, by the same optimiser whoever paints: weights are to mean the same to all."""
    return replace(
        settings,
        size=side,
        coarsest=side,
        steps=steps,
        optimizer=default_of("optimizer"),
        history_size=default_of("history_size"),
        strength=None,
    )


class _Pilots:
    def __init__(
        self,
        scene: Scene,
        unit: float,
        sketch: Sketch,
        yardstick: Callable[[Scene], Yardstick],
        on_pilot: OnPilot | None,
    ) -> None:
        assert scene.settings.strength is not None
        self._strength, self._asked, self._small = scene.settings.strength, scene, small(scene)
        self.last = plan(scene.height, scene.width, scene.settings)[-1]
        self._unit, self._sketch, self._on_pilot = unit, sketch, on_pilot
        self._count, self._step, self._began = 0, 0, perf_counter()
        self._yardstick = yardstick(self._small[-1].scene)
        self.way = Way(self._yardstick.content, self._distance(FARTHEST * _more(scene)))

    def balance(self, weight: float) -> float:
        """How far a run is likely to come with this content weight at its last scale."""
        return of_a_run(self.way.balance(self._distance(weight)), self.last)

    def _distance(self, weight: float) -> float:
        self._count, self._step = self._count + 1, 0
        coarse, fine = (self._weighed(one.scene, weight) for one in self._small)
        scales = [one.scale for one in self._small]
        begun = to_floats(self._sketch(coarse, scales[0], self._stepped))
        fine = replace(fine, start=resize(begun, fine.width, fine.height))
        return self._yardstick(self._sketch(fine, scales[1], self._stepped))

    def _weighed(self, scene: Scene, weight: float) -> Scene:
        settings = scene.settings
        # By its share, what a scale makes of a content weight: it may count many times as much.
        more = settings.content_weight / self._asked.settings.content_weight
        changed = replace(settings, content_weight=weight * self._unit * more)
        return replace(scene, settings=changed)

    def _stepped(self, _: Any) -> None:
        self._step += 1
        if self._on_pilot is None:
            return
        each = sum(STEPS)
        done = (self._count - 1) * each + self._step
        left = (perf_counter() - self._began) / done * max(0, PILOTS * each - done)
        where = (self._count, PILOTS, self._step, each)
        self._on_pilot(PilotStep(self._strength, *where, left))
