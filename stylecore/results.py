"""What a run tells on its way, and what it delivers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .pictures.tensors import Picture


@dataclass(frozen=True)
class Step:
    """Where a run stands, after an evaluation of the objective.

    Attributes:
        scale: which scale, from 1.
        scales: how many there are.
        width: of this scale, in pixels.
        height: of this scale, in pixels.
        step: which evaluation at this scale, from 1.
        steps: how many are planned at this scale.
        loss: the objective's value; the next three sum to it.
        content: the content term, weighted.
        style: the style term, weighted.
        tv: the total-variation term, weighted.
        seconds: how long this step took.
        remaining: an estimate of the seconds until the last step.
        picture: gives the current picture, (height, width, 3) uint8.
    """

    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    loss: float
    content: float
    style: float
    tv: float
    seconds: float
    remaining: float
    picture: Callable[[], Picture]


@dataclass(frozen=True)
class Result:
    """What a run delivers.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        report: what happened, as plain values ready for JSON.
        alpha: (H, W) uint8, where the content was transparent in part, otherwise None.
    """

    image: Picture
    report: dict[str, Any]
    alpha: Picture | None = None

    @property
    def picture(self) -> Picture:
        """The image with its alpha as fourth channel, where it has one."""
        return self.image if self.alpha is None else np.dstack([self.image, self.alpha])


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run; a KeyboardInterrupt that carries what was done.

    Attributes:
        result: the best picture so far, at the final size.
    """

    def __init__(self, result: Result) -> None:
        super().__init__("interrupted; the best picture so far is in .result")
        self.result = result
