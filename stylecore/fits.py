"""How the scales of a scene find room, in memory and on the disk, before they are painted."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .engine.table import Engine
from .pyramid import Scale
from .report import Report
from .scene import Scene
from .settings import Settings
from .tiling.disk import check_room
from .tiling.fitting import Fit, Place, fitted, limit_of, notes_on_fit
from .tiling.graphs import Graphs
from .tiling.preparation import bytes_on_disk


def limit_for(engine: Engine, settings: Settings) -> float:
    """Bytes that the process may hold; without end where pictures lie in a device's own memory."""
    if engine.row.device != "cpu" and not settings.memory_limit:
        return math.inf
    return limit_of(settings)


def find_room(
    scene: Scene,
    scales: Sequence[Scale],
    engine: Engine,
    graphs: Graphs,
    report: Report | None = None,
) -> list[Fit]:
    """How each scale is painted within the memory that the process may hold.

    Args:
        scene: what is painted.
        scales: coarsest first.
        engine: what runs the graphs.
        graphs: of the artefact; those for tiles are opened where they will be wanted.
        report: gets what there is to say of the last scale.

    Raises:
        SettingsError: where one finds no room.
        EngineError: where the disk has none for tiles.
        ModelError: where the artefact has no graphs for them.
    """
    settings, limit = scene.settings, limit_for(engine, scene.settings)
    regions = max(1, len(scene.steering.areas))
    canvas = scene.steering.free is not None or settings.color == "luminance"
    beyond = _beyond(scene)
    places = [
        Place(one.height, one.width, one.steps, regions, one.shallow, canvas, beyond)
        for one in scales
    ]
    # The last is the largest: what it finds no room for is not told of a smaller one.
    fits = [fitted(place, settings, limit) for place in places[::-1]][::-1]
    if fits[-1].side:
        last = graphs.at(shallow=scales[-1].shallow)
        last.tiles()
        check_room(bytes_on_disk(last.manifest, scene.height, scene.width, len(scene.styles)))
    if report is not None:
        report.warnings += notes_on_fit(places[-1], fits[-1], limit)
        report.memory = fits[-1].as_dict(limit)
    return fits


def _beyond(scene: Scene) -> float:
    """Bytes that contents and styles take beyond two pictures of the result's size.

    They may be larger than that, and the styles may be many.
    """
    usual = 2 * scene.height * scene.width * 3 * scene.content.itemsize
    return max(0.0, float(sum(one.nbytes for one in (scene.content, *scene.styles)) - usual))
