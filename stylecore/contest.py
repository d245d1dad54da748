"""Engines side by side: seconds of an iteration, by turns, and how near their gradients come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import cast

import numpy as np

from .engine.artefact import Artefact
from .engine.engines import choose_engine
from .engine.objective import Objective
from .engine.table import Engine
from .errors import EngineError
from .forecast.sample import sample_point, sample_scene
from .painter import Painter
from .pictures.tensors import Array
from .scene import Scene
from .settings import EngineName, Settings

OnRound = Callable[[int, int], object]
"""Told how many iterations are done, and of how many."""


@dataclass(frozen=True)
class Placing:
    """How an engine did.

    Attributes:
        seconds: of an iteration, the loss with its gradient: the median over all rounds; None where
            the engine failed.
        cosine: between its gradient and that of the CPU provider in fp32.
        complaint: how it failed; nothing where it did not.
    """

    seconds: float | None = None
    cosine: float | None = None
    complaint: str = ""


def contest(
    engines: Sequence[Engine],
    artefact: Artefact,
    settings: Settings,
    rounds: int,
    on_round: OnRound | None = None,
) -> dict[str, Placing]:
    """Let engines take turns at the objective, so that a busy machine disturbs all of them alike.

    Args:
        engines: that work here.
        artefact: whose objective it is.
        settings: the size counts, and what the objective is made of.
        rounds: iterations of each, after one that is not measured.
        on_round: told of every iteration.

    Returns:
        The placings by the names of the engines.
    """
    scene, x = sample_scene(settings), sample_point(settings.size)
    placings: dict[str, Placing] = {}
    evaluations: dict[str, Callable[[], Array]] = {}
    for engine in engines:
        try:
            objective = _objective(engine, artefact, scene)
            evaluations[engine.name] = lambda objective=objective: objective(x)[1]
            evaluations[engine.name]()
        except EngineError as error:
            evaluations.pop(engine.name, None)
            placings[engine.name] = Placing(complaint=str(error))
    exact = _objective(choose_engine("cpu", settings.threads), artefact, scene)(x)[1]
    seconds, gradients = _by_turns(evaluations, rounds, on_round)
    for name, taken in seconds.items():
        placings[name] = Placing(median(taken), _cosine(gradients[name], exact))
    return placings


def _objective(engine: Engine, artefact: Artefact, scene: Scene) -> Objective:
    name = cast("EngineName", engine.name)
    settings = replace(scene.settings, engine=name, threads=engine.threads)
    return Painter(artefact, settings).objective(scene)


def _by_turns(
    evaluations: Mapping[str, Callable[[], Array]], rounds: int, on_round: OnRound | None
) -> tuple[dict[str, list[float]], dict[str, Array]]:
    """Seconds of each evaluation, and the gradient that each gave last."""
    seconds: dict[str, list[float]] = {name: [] for name in evaluations}
    gradients: dict[str, Array] = {}
    for done in range(rounds * len(evaluations)):
        name = [*evaluations][done % len(evaluations)]
        began = perf_counter()
        gradients[name] = evaluations[name]()
        seconds[name].append(perf_counter() - began)
        if on_round is not None:
            on_round(done + 1, rounds * len(evaluations))
    return seconds, gradients


def _cosine(one: Array, other: Array) -> float:
    a, b = one.ravel().astype(np.float64), other.ravel().astype(np.float64)
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / length if length else 0.0
