"""Pilots: a scene painted small and short, to see how far a content weight lets it go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from time import perf_counter
from typing import Any, TypeAlias

from ..control.composition import settings_at
from ..pictures.images import reduced, resize, scaled_size
from ..pictures.tensors import Array
from ..pyramid import SHORTEST, Scale
from ..scene import Scene
from ..settings import Settings, default_of
from .calibrated import Calibrated
from .search import MOST, search
from .yardstick import Way, Yardstick

LONGEST = 64
"""Pixels of a pilot's longer side, unless its shorter one would be too short."""

STEPS = 15
"""Evaluations of the objective that a pilot takes."""

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
Sketch: TypeAlias = Callable[[Scene, Callable[[Any], object]], Array]
"""Paints a scene, and tells of every evaluation: what the network sees of it, (1, 3, H, W)."""


def calibrate(
    scene: Scene,
    sketch: Sketch,
    yardstick: Callable[[Scene], Yardstick],
    on_pilot: OnPilot | None = None,
) -> Calibrated:
    """What the strength of a scene's settings comes to.

    Strength s is a balance of s: so much of the way to the style lies behind the picture. The ends
    need no pilots. At 1 the content has no weight; at 0 the style has none.

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
    if settings.strength == 1:
        return Calibrated.of(settings, {"content_weight": 0.0})
    assert settings.strength is not None
    pilots = _Pilots(scene, sketch, yardstick, on_pilot)
    weight, tried = search(settings.strength, pilots.balance)
    changes = {"content_weight": weight * settings.style_weight}
    way = pilots.way
    found = {"content": way.content, "farthest": way.farthest, "pilots": tuple(tried)}
    return Calibrated.of(settings, changes, **found)


def work(scene: Scene) -> list[Scale]:
    """What a calibration paints at most: the sizes of its pilots, and the steps that each takes."""
    if scene.calibrated is not None or scene.settings.strength in (None, 0, 1):
        return []
    one = small(scene)
    return [Scale(one.height, one.width, STEPS)] * PILOTS


def small(scene: Scene) -> Scene:
    """The scene as its pilots have it, which see what the last scale of its run will see."""
    longest, shortest = max(scene.height, scene.width), min(scene.height, scene.width)
    side = min(longest, max(LONGEST, ceil(longest * SHORTEST / shortest)))
    height, width = scaled_size(scene.height, scene.width, side)
    return replace(
        scene,
        settings=_short(settings_at(scene.settings, longest), side),
        height=height,
        width=width,
        content=reduced(scene.content, 2 * height, 2 * width),
        start=None if scene.start is None else resize(scene.start, width, height),
    )


def _short(settings: Settings, side: int) -> Settings:
    """One scale, by the same optimiser whoever paints: weights are to mean the same to all."""
    return replace(
        settings,
        size=side,
        coarsest=side,
        steps=STEPS,
        composition="style",  # that of the last scale is in the settings already
        optimizer=default_of("optimizer"),
        history_size=default_of("history_size"),
        strength=None,
    )


class _Pilots:
    def __init__(
        self,
        scene: Scene,
        sketch: Sketch,
        yardstick: Callable[[Scene], Yardstick],
        on_pilot: OnPilot | None,
    ) -> None:
        assert scene.settings.strength is not None
        self._strength, self._asked, self._small = scene.settings.strength, scene, small(scene)
        self._sketch, self._on_pilot = sketch, on_pilot
        self._count, self._step, self._began = 0, 0, perf_counter()
        self._yardstick = yardstick(self._small)
        self.way = Way(self._yardstick.content, self._distance(0.0))

    def balance(self, weight: float) -> float:
        """How far a pilot with this content weight, where the style's is 1, has come."""
        return self.way.balance(self._distance(weight))

    def _distance(self, weight: float) -> float:
        self._count, self._step = self._count + 1, 0
        settings = self._small.settings
        # By its share, what a scale makes of a content weight: it may count many times as much.
        more = settings.content_weight / self._asked.settings.content_weight
        changed = replace(settings, content_weight=weight * more * settings.style_weight)
        return self._yardstick(self._sketch(replace(self._small, settings=changed), self._stepped))

    def _stepped(self, _: Any) -> None:
        self._step += 1
        if self._on_pilot is None:
            return
        done = (self._count - 1) * STEPS + self._step
        left = (perf_counter() - self._began) / done * max(0, PILOTS * STEPS - done)
        where = (self._count, PILOTS, self._step, STEPS)
        self._on_pilot(PilotStep(self._strength, *where, left))
