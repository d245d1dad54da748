"""The descent, coarse to fine: the objective is minimised at every scale in turn."""

from __future__ import annotations

from collections.abc import Callable

from .engine.objective import Objective
from .engine.targets import Values
from .growth import first, grown
from .optimizers.strategies import STRATEGIES, looked_at_twice
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
) -> tuple[Array, Values]:
    """Minimise the objective at every scale.

    Args:
        scene: what is painted.
        scales: coarsest first.
        objective: aimed at each scale in turn.
        prepared: the targets of a study, and of what its descent starts from.
        record: told of every evaluation.

    Returns:
        The picture (1, 3, H, W) at the last scale, and the targets there.
    """
    strategy = STRATEGIES[scene.settings.optimizer]()
    x, targets = first(scene, scales[0]), Values()
    for scale in scales:
        study = scene.at(scale)
        start = grown(x, scene, study)
        targets = prepared(study, start)
        objective.aim(targets, scale.height, scale.width, study.canvas)
        record.begin()
        x = objective.picture(strategy(looked_at_twice(objective), start, scale.steps, record))
    return x, targets
