"""The descent, coarse to fine: each scale starts from the last one's picture and its own detail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .engine.objective import Objective
from .engine.targets import Values
from .optimizers.box import into_box
from .optimizers.strategies import STRATEGIES
from .pictures.images import resize
from .pictures.tensors import Array, to_floats, to_tensor
from .pyramid import Scale
from .record import Record
from .scene import Scene, View


def descend(
    scene: Scene,
    scales: tuple[Scale, ...],
    objective: Objective,
    prepared: Callable[[View], Values],
    record: Record,
) -> tuple[Array, Values]:
    """Minimise the objective at every scale.

    Args:
        scene: what is painted.
        scales: coarsest first.
        objective: aimed at each scale in turn.
        prepared: the targets of a view.
        record: told of every evaluation.

    Returns:
        The picture (1, 3, H, W) at the last scale, and the targets there.
    """
    strategy = STRATEGIES[scene.settings.optimizer]()
    x, targets = _start(scene, scales[0]), Values()
    for scale in scales:
        view = scene.at(scale)
        targets = prepared(view)
        objective.aim(targets, scale.height, scale.width, view.canvas)
        record.begin()
        z = strategy(objective, _grown(x, view.content, scene, scale), scale.steps, record)
        x = objective.picture(z)
    return x, targets


def resized(x: Array, scale: Scale) -> Array:
    """A picture (1, 3, h, w) at another size, within 0–255."""
    if x.shape[2:] == (scale.height, scale.width):
        return x
    return to_tensor(np.clip(resize(to_floats(x), scale.width, scale.height), 0, 255))


def _start(scene: Scene, scale: Scale) -> Array:
    if scene.start is not None:
        return to_tensor(resize(scene.start, scale.width, scale.height))
    if scene.settings.init == "noise":
        rng = np.random.default_rng(scene.settings.seed)
        noise = rng.normal(127.5, 32.0, (1, 3, scale.height, scale.width))
        return np.clip(noise, 0, 255).astype(np.float32)
    return scene.content_at(scale)


def _grown(x: Array, content: Array, scene: Scene, scale: Scale) -> Array:
    """The last scale's picture at this size, with the detail that the content has more here.

    A picture that was only enlarged is blurred, and sharpening it is what the first dozen steps
    would be spent on.
    """
    if x.shape == content.shape or not scene.settings.content_weight:
        return resized(x, scale)
    coarse = Scale(x.shape[2], x.shape[3], 0)
    detail = content - resized(scene.content_at(coarse), scale)
    return into_box(resized(x, scale) + detail)
