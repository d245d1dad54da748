"""A race: one contender goes over a course within its budget, and is judged by what it delivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..engine.objective import Objective
from ..growth import grown
from ..optimizers.box import never
from ..optimizers.strategies import STRATEGIES
from ..pictures.tensors import Array, Levels
from .contenders import parameters_of
from .course import Course
from .machine import described
from .peak import PeakMemory
from .run import Curve, Number, Run, least, number
from .stopwatch import Stopwatch
from .trial import Trial

MOST = 1_000_000
"""Evaluations of a run that only the clock ends."""

OnEvaluated: TypeAlias = Callable[[int, float], object]
"""Told of each evaluation: how many there are by now, and the loss."""


class Log:
    """Notes every evaluation; what that takes is not counted.

    Attributes:
        stage: the number of the one that is being run, from 0.

    Args:
        objective: what is evaluated.
        watch: takes the time of it.
        told: is told of each.
    """

    def __init__(self, objective: Objective, watch: Stopwatch, told: OnEvaluated) -> None:
        self.stage = 0
        self._objective, self._watch, self._told = objective, watch, told
        self._scale: list[int] = []
        self._seconds: list[float] = []
        self._losses: dict[str, list[Number]] = {}

    def __call__(self, _: Array, loss: float, /) -> None:
        """An evaluation gave this loss."""
        self._watch.rest()
        self._scale.append(self.stage)
        self._seconds.append(self._watch.seconds)
        for name, one in self._objective.losses.items():
            self._losses.setdefault(name, []).append(number(one))
        self._told(len(self._scale), loss)
        self._watch.go()

    def curve(self) -> Curve:
        """All of it."""
        losses = {name: tuple(values) for name, values in self._losses.items()}
        return Curve(tuple(self._scale), tuple(self._seconds), losses)


def race(trial: Trial, course: Course, key: str, told: OnEvaluated) -> tuple[Run, Levels]:
    """Let a contender go over a course.

    Args:
        trial: who, and with what budget.
        course: over which.
        key: of the trial.
        told: of every evaluation.

    Returns:
        What came of it, and the picture that was delivered, (H, W, 3).

    Raises:
        StylecoreError: when the engine fails.
    """
    objective = course.problem.objective
    course.warm_up()
    memory, watch = PeakMemory(), Stopwatch(objective)
    log = Log(objective, watch, told)
    x = _minimised(trial, course, watch, log)
    peak = memory.peak()
    picture = course.scene.finish.picture(x)
    judged = course.scene.finish.judged(picture)
    delivered = course.problem.measured(course.stages[-1].targets, judged)
    curve = log.curve()
    run = Run(
        key=key,
        place=trial.place,
        contender=trial.contender,
        optimizer=trial.settings.optimizer,
        parameters=parameters_of(trial.settings),
        steps=trial.settings.steps,
        budget=trial.seconds,
        sweep=trial.sweep,
        sizes=tuple((stage.scale.width, stage.scale.height) for stage in course.stages),
        objective=course.objective,
        begin=course.begin,
        evaluations=watch.calls,
        seconds=watch.objective + watch.own,
        objective_seconds=watch.objective,
        own_seconds=watch.own,
        peak=peak.whole,
        above=peak.above,
        running=least(curve.at_last_scale()),
        delivered={name: number(one) for name, one in delivered.items()},
        curve=curve,
        machine=described(),
    )
    return run, picture


def _minimised(trial: Trial, course: Course, watch: Stopwatch, log: Log) -> Array:
    """The picture (1, 3, H, W) that the contender comes to, stage by stage."""
    settings, objective = trial.settings, course.problem.objective
    strategy = STRATEGIES[settings.optimizer](settings, objective.unit)
    x, until = course.start, 0.0
    for index, stage in enumerate(course.stages):
        log.stage = index
        # At the first stage the same for all, and then what is their own, enlarged.
        start = grown(x, course.scene, stage.scale) if index else x
        course.aim(stage)
        until += stage.share * (trial.seconds or 0.0)
        steps, enough = stage.scale.steps, never
        if trial.seconds is not None:
            steps, enough = MOST, _after(until, watch)
        watch.go()
        x = strategy(watch, start, steps, log, enough=enough)
        watch.rest()
        x = objective.picture(x)
    return x


def _after(until: float, watch: Stopwatch) -> Callable[[], bool]:
    return lambda: watch.seconds >= until
