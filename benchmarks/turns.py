"""Contenders that take turns, so that a busy machine disturbs all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter, sleep
from typing import TypeVar

import numpy as np

from stylecore import Objective

Name = TypeVar("Name")

_PAUSE = 1.0
"""Seconds between two turns: threads of ONNX Runtime and of OpenMP stay awake for a while after
their work, and would take cores away from who comes next."""


def by_turns(
    contenders: Mapping[Name, Callable[[], object]], rounds: int
) -> dict[Name, list[float]]:
    """Seconds of each: once unmeasured, then all of them in every round."""
    for run in contenders.values():
        run()
    seconds: dict[Name, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            sleep(_PAUSE)
            start = perf_counter()
            run()
            seconds[name].append(perf_counter() - start)
    return seconds


def iteration(objective: Objective) -> Callable[[], object]:
    """One evaluation, at a noisy picture."""
    height, width = objective.size
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, height, width)).astype(np.float32)
    return lambda: objective(x)
