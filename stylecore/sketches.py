"""Sketches: a scene painted small and at one scale, to be looked at and thrown away."""

from __future__ import annotations

from functools import cached_property

from .aim import Aim
from .descent import descend
from .engine.table import Engine
from .engine.traits import Traits
from .pictures.tensors import Array
from .pyramid import Scale
from .record import OnStep, Record
from .report import Report
from .scene import Scene
from .strength.yardstick import Yardstick
from .tiling.graphs import Graphs
from .tiling.objective import TiledObjective


class Sketches:
    """Paints them and measures them, with graphs of their own, opened at the first one.

    Args:
        graphs: of the artefact.
        engine: that these run on.
        traits: of the content and the styles that all scenes here are of.
    """

    def __init__(self, graphs: Graphs, engine: Engine, traits: Traits) -> None:
        self._all, self._engine, self._traits = graphs, engine, traits

    def paint(self, scene: Scene, scale: Scale, on_step: OnStep) -> Array:
        """What the network sees of a scene once it is painted, (1, 3, H, W)."""
        aim = Aim.of(self._graphs, scene, self._traits)
        objective = TiledObjective(self._graphs, aim.exponent)
        report = Report(scene.settings, self._engine, self._graphs.manifest)
        record = Record((scale,), objective, scene.finish, report, on_step)
        return descend(scene, (scale,), objective, aim.targets, record)[0]

    def yardstick(self, scene: Scene) -> Yardstick:
        """What measures pictures of a scene's size against its styles.

        Raises:
            SettingsError: where there is nothing to measure by.
        """
        return Yardstick.of(self._graphs.features, self._graphs.manifest, scene)

    @cached_property
    def _graphs(self) -> Graphs:
        return self._all.small()
