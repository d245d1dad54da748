"""What a run tells on its way, what it delivers, and what is left when something ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import StylecoreError
from .memory import REMEDY, is_shortage
from .pictures.tensors import Levels, Picture
from .provenance.provenance import Provenance


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
        done: evaluations at all scales so far.
        loss: the objective's value.
        parts: the terms that sum to it by name, each with its weight: content, style, tv.
        seconds: how long this step took.
        remaining: an estimate of the seconds until the last step.
        picture: gives the current picture, (height, width, 3) uint8, or (height, width, 4) with
            alpha where the content is transparent in part.
    """

    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    done: int
    loss: float
    parts: Mapping[str, float]
    seconds: float
    remaining: float
    picture: Callable[[], Picture]


@dataclass(frozen=True)
class Result:
    """What a run delivers.

    Attributes:
        image: (H, W, 3) uint8, RGB; uint16 where the settings' ``depth`` is 16.
        report: what happened, as plain values ready for JSON.
        alpha: (H, W), of the same type, where the content was transparent in part, otherwise None.
    """

    image: Levels
    report: dict[str, Any]
    alpha: Levels | None = None

    @property
    def picture(self) -> Levels:
        """The image with its alpha as fourth channel, where it has one."""
        if self.alpha is None:
            return self.image
        return np.concatenate([self.image, self.alpha[..., None]], axis=2, dtype=self.image.dtype)

    @property
    def made(self) -> str:
        """How it was made, for :class:`Metadata` to carry it into the picture's file."""
        return Provenance.of_report(self.report).to_json()


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run; a KeyboardInterrupt that carries what was done.

    A caller's own kind of KeyboardInterrupt, of a handler of signals say, is its ``__cause__``.

    Attributes:
        result: the best picture so far, at the final size.
    """

    def __init__(self, result: Result) -> None:
        super().__init__("interrupted; the best picture so far is in .result")
        self.result = result


class UnfinishedError(StylecoreError):
    """A run that something else ended: memory, a disk, a callback; it carries what was done.

    What ended it is its ``__cause__``.

    Attributes:
        result: the best picture so far, at the final size; where there is no memory for that, at
            the size of its scale.
    """

    def __init__(self, result: Result, cause: BaseException) -> None:
        reason = " ".join(str(cause).split()) or type(cause).__name__
        if is_shortage(cause):
            reason = f"out of memory; {REMEDY}"
        super().__init__(f"the run ended early: {reason}")
        self.result = result
