"""What a search tells on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ..results import Step
from .tried import Tried


@dataclass(frozen=True)
class Began:
    """It is known how much is to be done.

    Attributes:
        done: trials that are there already.
        total: of them in all, unless seconds end it sooner.
    """

    done: int
    total: int


@dataclass(frozen=True)
class Stepped:
    """A trial's painter took a step.

    Attributes:
        step: which.
        done: trials that are done.
        total: of them in all, unless seconds end it sooner.
        share: of the work, what is done, 0–1.
        remaining: an estimate of the seconds until the end; 0 where nothing tells yet.
    """

    step: Step
    done: int
    total: int
    share: float
    remaining: float


@dataclass(frozen=True)
class Ended:
    """A trial was made.

    Attributes:
        tried: what came of it.
        done: trials that are done, this one among them.
        total: as in `Stepped`.
        remaining: as there.
    """

    tried: Tried
    done: int
    total: int
    remaining: float


Event: TypeAlias = Began | Stepped | Ended
OnEvent: TypeAlias = Callable[[Event], object]
