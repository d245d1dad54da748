"""Coarse to fine: which sizes a run goes through, and how its steps are spread over them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .control.composition import has_shallow_form
from .settings import Settings


@dataclass(frozen=True)
class Scale:
    """One size of the run.

    Attributes:
        height: in pixels.
        width: in pixels.
        steps: evaluations of the objective at this size.
        shallow: whether it is held to the shallow layers alone.
        corrects: whether the content counts here what a strength wants of it, by how far the
            picture has come.
    """

    height: int
    width: int
    steps: int
    shallow: bool = False
    corrects: bool = False

    @property
    def longest(self) -> int:
        """The longer side, in pixels."""
        return max(self.height, self.width)

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.height * self.width

    @property
    def work(self) -> float:
        """What a step costs, in pixels of all layers."""
        return self.pixels * (SHALLOW_COST if self.shallow else 1.0)


SHORTEST = 24
"""Pixels: the shortest side that leaves relu5_1 a position, and the mirrored margin its room."""

COARSEST = 64
"""Pixels: the longest side of the first scale, where nobody says and no picture is started from."""

FINE = 300
"""Pixels: scales whose longest side is longer settle strokes alone. A deep layer sees no more there
than a shallow one has seen of the same picture at coarser scales."""

SHALLOW_COST = 0.7
"""Of a step's time with all layers: what it takes with the shallow ones alone."""

CORRECTING = 6
"""Steps more that a run with a strength takes at its last scale, to come where it is to go."""

_GROWTH = 2.0
_COST_SHARE = 0.15


def plan(height: int, width: int, settings: Settings) -> tuple[Scale, ...]:
    """The scales of a run, coarsest first.

    Sizes grow by a factor of about 2. A step costs in proportion to the pixels, so a scale gets
    steps in proportion to pixels^-0.15: coarse ones, where form is found, many cheap steps; the
    finest, where only texture is left to settle, few dear ones. Where the composition is the
    content's, these are held to the shallow layers alone, which see strokes. A strength takes a few
    steps more at the last one.

    Args:
        height: of the result, in pixels.
        width: of the result, in pixels.
        settings: ``coarsest``, ``steps`` and ``strength`` count.
    """
    scales = _grown(height, width, settings)
    if not settings.seeks_weight:
        return scales
    return (*scales, replace(scales[-1], steps=CORRECTING, corrects=True))


def _grown(height: int, width: int, settings: Settings) -> tuple[Scale, ...]:
    longest, shortest = max(height, width), min(height, width)
    coarsest = max(settings.coarsest or COARSEST, math.ceil(longest * SHORTEST / shortest))
    count = max(1, 1 + round(math.log(longest / coarsest, _GROWTH))) if coarsest < longest else 1
    ratios = [(coarsest / longest) ** (1 - i / (count - 1)) for i in range(count - 1)] + [1.0]
    shares = [ratio ** (-2 * _COST_SHARE) for ratio in ratios]
    steps = _apportion(settings.steps, shares)
    scales = [
        Scale(max(SHORTEST, round(height * ratio)), max(SHORTEST, round(width * ratio)), count_)
        for ratio, count_ in zip(ratios, steps, strict=True)
        if count_
    ]
    if not has_shallow_form(settings):
        return tuple(scales)
    # Forms are found at the first of them, however fine it is.
    fine = [replace(one, shallow=one.longest > FINE) for one in scales[1:]]
    return (scales[0], *fine)


def _apportion(total: int, shares: list[float]) -> list[int]:
    """Whole numbers in proportion to the shares that sum to the total, the last one at least 1."""
    steps: list[int] = []
    left, weight = total, sum(shares)
    for share in shares[:-1]:
        steps.append(min(left - 1, round(left * share / weight)))
        left, weight = left - steps[-1], weight - share
    return [*steps, left]
