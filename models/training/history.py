"""What a training tells of itself: its losses along the way, as few points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .state import TrainingState


def curve(state: TrainingState, parts: Sequence[str], points: int = 16) -> list[dict[str, Any]]:
    """The losses along a training: each point is the mean over the steps since the one before.

    Args:
        state: of the training.
        parts: of the loss, in their order.
        points: how many, at most.
    """
    found: list[dict[str, Any]] = []
    step = 0
    for chunk in np.array_split(state.past, max(1, min(points, state.steps))):
        step += len(chunk)
        if len(chunk):
            seconds, *means = chunk[-1, :1].tolist() + chunk[:, 1:].mean(axis=0).tolist()
            losses = dict(zip(("loss", *parts), (round(one, 5) for one in means), strict=True))
            found.append({"step": step, "seconds": round(seconds, 1), **losses})
    return found
