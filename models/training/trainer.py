"""Training: photographs and styles in, a network out, as good as the time allows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

import numpy as np

from ...control.guidance import Values
from ...errors import EngineError
from ...losses.table import Losses
from ...pictures.tensors import Array
from .judge import Judge
from .network import TrainedNetwork, noise_for
from .photographs import Photographs
from .schedule import Schedule
from .state import TrainingState

OnStep: TypeAlias = Callable[["TrainingStep"], object]

_LOST = 3
"""Steps in a row without a finite loss: the training is lost."""

_KEPT = 64
"""Crops whose targets are kept until they come again."""

_NOISE = 2
"""Keeps the noise apart from other kinds of chance."""


@dataclass(frozen=True)
class TrainingStep:
    """Where a training stands, after a step.

    Attributes:
        step: which one, from 1.
        seconds: since the beginning.
        progress: how much of the training is over, 0–1.
        side: of the crops, in pixels.
        losses: ``loss`` and its parts, the mean over the batch.
    """

    step: int
    seconds: float
    progress: float
    side: int
    losses: Losses

    @property
    def remaining(self) -> float:
        """An estimate of the seconds until the last step."""
        return self.seconds * (1 / self.progress - 1) if self.progress else 0.0


class Trainer:
    """Takes steps of Adam; whoever stops it finds a state that it can go on from.

    Attributes:
        state: where the training stands.

    Args:
        network: what is trained.
        judge: says how good what it paints is.
        photographs: what it paints.
        schedule: what each step does.
        state: where to begin.
    """

    def __init__(
        self,
        network: TrainedNetwork,
        judge: Judge,
        photographs: Photographs,
        schedule: Schedule,
        state: TrainingState,
    ) -> None:
        self.state = state
        self._network, self._judge, self._photographs = network, judge, photographs
        self._schedule = schedule
        self._began = perf_counter() - state.seconds
        self._targets: OrderedDict[tuple[int, int], Values] = OrderedDict()

    def run(self, on_step: OnStep | None = None) -> None:
        """Take all steps that are left.

        Raises:
            ImageError: when none of the photographs can be read.
            EngineError: when the loss is no finite number for good, or ONNX Runtime fails.
        """
        self._began = perf_counter() - self.state.seconds
        while self._progress() < 1:
            step = self.step()
            if on_step is not None:
                on_step(step)

    def step(self) -> TrainingStep:
        """Take one step more.

        Raises:
            ImageError: as :meth:`run`.
            EngineError: as :meth:`run`.
        """
        progress, number = self._progress(), self.state.steps
        side = self._schedule.side(progress)
        losses, gradient = self._evaluated(number, side)
        rate = self._schedule.rate(number, progress)
        told = [self._seconds, losses["loss"], *(losses[part] for part in self._judge.parts)]
        self.state = self.state.moved(gradient, rate, told)
        self._check()
        return TrainingStep(number + 1, self.state.seconds, self._progress(), side, losses)

    @property
    def _seconds(self) -> float:
        """Since the beginning, what was before a training was gone on with included."""
        return perf_counter() - self._began

    def _progress(self) -> float:
        return self._schedule.progress(self.state.steps, self._seconds)

    def _evaluated(self, step: int, side: int) -> tuple[Losses, Array | None]:
        """The losses of a step, and their gradient by the weights, None where that is no number."""
        weights, numbers = self.state.weights, self._schedule.crops(step)
        crops = [self._photographs.crop(number, side) for number in numbers]
        images = np.concatenate(crops)
        noise = noise_for(np.random.default_rng([self._schedule.seed, _NOISE, step]), images)
        styled = self._network.paint(weights, images, noise)
        cotangents: list[Array] = []
        sums: dict[str, float] = {}
        for number, crop, one in zip(numbers, crops, styled, strict=True):
            _, cotangent = self._judge(one[None], self._targets_of(number, crop))
            cotangents.append(cotangent / np.float32(len(crops)))
            for name, loss in self._judge.losses.items():
                sums[name] = sums.get(name, 0.0) + loss / len(crops)
        gradient = self._network.pull_back(np.concatenate(cotangents))
        finite = np.isfinite(sums["loss"]) and np.isfinite(gradient).all()
        return sums, gradient if finite else None

    def _targets_of(self, number: int, crop: Array) -> Values:
        """What a crop asks for; kept, because it comes twice."""
        key = number, crop.shape[2]
        known = self._targets.pop(key, None)
        if known is not None:
            return known
        found = self._targets[key] = self._judge.targets(crop)
        while len(self._targets) > _KEPT:
            self._targets.popitem(last=False)
        return found

    def _check(self) -> None:
        if self.state.lost >= _LOST:
            raise EngineError(
                f"the loss is no finite number from step {self.state.steps - _LOST + 1} on; give"
                " other weights, a smaller --learning-rate, or --engine cpu"
            )
