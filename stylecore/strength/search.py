"""The search for the content weight that leaves a picture so far on its way, in few pilots.

The balance b falls as the content's weight α grows, and by and large as a logistic of log α does:
log(b / (1 − b)) = γ (log α₀ − log α). The first pilot is at what is usual; what it finds moves the
line, and two of them turn it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..control.composition import MIXED
from ..pyramid import Scale

_HALFWAY = 0.6
"""α₀: the content weight that leaves pictures halfway as a rule, at the last scale."""

_SLOPE = 1.3
"""γ, as a rule."""

_STEEPEST = 3.0
"""Times as steep as usual, or as flat, is what two pilots may tell; the rest is their noise."""

_TRUST = 0.25
"""How much the usual slope counts beside that of two pilots, whose weights lie a factor e apart."""

_LEAST, _MOST = 1e-4, 1e3
"""Weights that are looked at: beyond, nothing changes any more."""

_UNSURE = 0.01
"""A balance nearer to 0 or to 1 says no more than that it is there."""

_SMALL, _DEEP, _SHALLOW = (0.25, 0.8), (0.1, 1.0), (0.0, 1.17)
"""Shift and slope, in logits, from pilots to runs of up to 200 pixels, to others that all layers
hold to the end, and to those that shallow layers end, as they do their pilots. The first was fitted
at 128 pixels on pagoda × night; the last at 512, on seven pairs with four weights, and then moved
by 0.1: what is behind is more easily corrected than what is ahead."""

NEAR = 0.02
"""A pilot whose balance is so near to what is sought ends the search."""

MOST = 2
"""Pilots that a search takes at most."""


class Tried(NamedTuple):
    """A pilot: the weight of its content, and the balance that it came to."""

    weight: float
    balance: float


def search(wanted: float, balance_at: Callable[[float], float]) -> tuple[float, list[Tried]]:
    """The content weight whose balance is as wanted, and the pilots that it was found by.

    Args:
        wanted: a balance above 0 and below 1.
        balance_at: paints a pilot; weights are those at a run's last scale, where the style's is 1.
    """
    tried: list[Tried] = []
    while len(tried) < MOST:
        weight = likely(wanted, tried)
        tried.append(Tried(weight, balance_at(weight)))
        if abs(tried[-1].balance - wanted) <= NEAR:
            break
    return likely(wanted, tried), tried


def likely(wanted: float, tried: list[Tried]) -> float:
    """The content weight that is likeliest to have the balance, by what was tried."""
    return math.exp(min(max(_likely(wanted, tried), math.log(_LEAST)), math.log(_MOST)))


def _likely(wanted: float, tried: list[Tried]) -> float:
    """Its logarithm, on the line through the two pilots that it lies between, or nearest to."""
    if not tried:
        return math.log(_HALFWAY) - logit(wanted) / _SLOPE
    nearest = sorted(tried, key=lambda one: abs(logit(one.balance) - logit(wanted)))
    first = nearest[0]
    beyond = [one for one in nearest if (one.balance > wanted) != (first.balance > wanted)]
    other = next(iter(beyond or nearest[1:]), None)
    slope = _SLOPE if other is None else _slope(first, other)
    return math.log(first.weight) + (logit(first.balance) - logit(wanted)) / slope


def _slope(one: Tried, other: Tried) -> float:
    """γ by two pilots, the nearer to the usual the less they lie apart, and within what can be."""
    apart = math.log(other.weight) - math.log(one.weight)
    fall = logit(one.balance) - logit(other.balance)
    found = (apart * fall + _TRUST * _SLOPE) / (apart**2 + _TRUST)
    return min(max(found, _SLOPE / _STEEPEST), _SLOPE * _STEEPEST)


def of_a_run(balance: float, last: Scale) -> float:
    """The balance that a run is likely to have by that of its pilot.

    It has the steps to go farther; in shallow layers alone, pilots go about as far.

    Args:
        balance: of the pilot.
        last: the run's last scale.
    """
    shift, slope = _SHALLOW if last.shallow else _DEEP if last.longest > MIXED else _SMALL
    return 1 / (1 + math.exp(-shift - slope * logit(balance)))


def logit(balance: float) -> float:
    """log(b / (1 − b)) of a balance, which may lie beyond its ends."""
    inside = min(max(balance, _UNSURE), 1 - _UNSURE)
    return math.log(inside / (1 - inside))
