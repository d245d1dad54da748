"""The descent, coarse to fine: the objective is minimised at every scale in turn."""

from __future__ import annotations

from collections.abc import Callable

from .engine.objective import Objective
from .engine.targets import Values
from .growth import first, grown
from .journal import Journal
from .optimizers.box import into_box
from .optimizers.strategies import STRATEGIES, looked_at_twice, nothing
from .pictures.tensors import Array
from .pyramid import Scale
from .record import Record
from .scene import Scene, Study


def descend(
    scene: Scene,
    scales: tuple[Scale, ...],
    objective: Objective,
    prepared: Callable[[Study, Array], Values],
    record: Record,
    journal: Journal | None = None,
) -> tuple[Array, Values]:
    """Minimise the objective at every scale.

    Args:
        scene: what is painted.
        scales: coarsest first.
        objective: aimed at each scale in turn.
        prepared: the targets of a study, and of what its descent starts from.
        record: told of every evaluation.
        journal: told where the descent stands; it goes on where that says that it stood.

    Returns:
        The picture (1, 3, H, W) at the last scale, and the targets there.
    """
    strategy = STRATEGIES[scene.settings.optimizer](scene.settings, objective.unit)
    standing = journal and journal.standing
    begins = standing.noted.index if standing else 0
    x, targets = first(scene, scales[0]), Values()
    for scale in scales[begins:]:
        study = scene.at(scale)
        start = standing.start if standing else grown(x, scene, study)
        targets = prepared(study, start)
        objective.aim(targets, scale.height, scale.width, study.canvas)
        if standing:
            record.go_on(objective.picture(into_box(start)))
        else:
            record.begin()
        x = objective.picture(
            strategy(
                objective if standing else looked_at_twice(objective),
                start,
                scale.steps,
                record,
                take_mark=journal.take_mark if journal else nothing,
                on_mark=journal.on_mark(start, record) if journal else None,
            )
        )
        standing = None
    return x, targets
