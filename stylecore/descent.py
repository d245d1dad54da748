"""The descent, coarse to fine: the objective is minimised at every scale in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .control.guidance import Values
from .detail.library import load_early
from .engine.room import give_back
from .growth import first, grown
from .journal import Journal
from .optimizers.box import into_box
from .optimizers.pairs import Memory
from .optimizers.strategies import STRATEGIES, looked_at_twice, nothing
from .pictures.tensors import Array
from .pyramid import Scale
from .record import Record
from .scene import Scene, Study
from .strength.correction import Correction
from .tiling.fitting import Fit
from .tiling.objective import TiledObjective
from .tiling.preparation import Targets
from .underway import Way


def descend(
    scene: Scene,
    scales: tuple[Scale, ...],
    objective: TiledObjective,
    prepared: Callable[[Study, Array, int], Targets],
    record: Record,
    journal: Journal | None = None,
    fits: Sequence[Fit] = (),
    way: Way | None = None,
    correction: Correction | None = None,
) -> tuple[Array, Targets]:
    """Minimise the objective at every scale.

    Args:
        scene: what is painted.
        scales: coarsest first.
        objective: aimed at each scale in turn.
        prepared: the targets of a study, of what its descent starts from, and of the side of tiles.
        record: told of every evaluation.
        journal: told where the descent stands; it goes on where that says that it stood.
        fits: how each scale finds room; by default all are painted as a whole.
        way: told of what is done in parts.
        correction: brings scales that correct weights to the run's strength; one in tiles keeps
            those that it has.

    Returns:
        The picture (1, 3, H, W) at the last scale, and the targets there.
    """
    strategy = STRATEGIES[scene.settings.optimizer](scene.settings, objective.unit)
    standing = journal and journal.standing
    begins = standing.noted.index if standing else 0
    if scene.settings.detail == "example" and scales[1:]:
        load_early()
    fits = fits or [Fit(0, Memory(scene.settings.history_size), 0)] * len(scales)
    x, targets, way = first(scene, scales[0]), Values(), way or Way()
    for scale, fit in list(zip(scales, fits, strict=True))[begins:]:
        targets = Values()  # those of the last scale need not stay beside
        objective.hold_to(shallow=scale.shallow)
        if fit.side:
            objective.make_room()
        way.at(scale)
        start = standing.start if standing else grown(x, scene, scale, way)
        del x
        corrects = correction if scale.corrects and not fit.side else None
        if corrects:
            scene = corrects.weighed(scene, scale, start)
        targets = _aimed(objective, scene, scale, fit, start, prepared)
        if standing:
            record.go_on(objective.picture(into_box(start)))
        else:
            record.begin()
        x = strategy(
            objective if standing else looked_at_twice(objective),
            start,
            scale.steps,
            record,
            take_mark=journal.take_mark if journal else nothing,
            on_mark=journal.on_mark(start, record) if journal else None,
            memory=fit.memory,
        )
        if corrects:
            x = corrects.met(into_box(start), x, objective.picture)
        x = objective.picture(x)
        standing = None
    return x, targets


def _aimed(
    objective: TiledObjective,
    scene: Scene,
    scale: Scale,
    fit: Fit,
    start: Array,
    prepared: Callable[[Study, Array, int], Targets],
) -> Targets:
    """Aim the objective at a scale; the study, as large as the picture, is gone after that."""
    if fit.side:
        give_back()  # of what detail was looked for in
    study = scene.at(scale)
    targets = prepared(study, start, fit.side)
    objective.aim(targets, scale.height, scale.width, study.canvas)
    return targets
