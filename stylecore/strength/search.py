"""The search for the content weight that leaves a picture so far on its way, in few pilots.

The balance b falls as the content's weight α grows, and by and large as a logistic of log α does,
which is steeper below a half than above: log(b / (1 − b)) = γ (log α₀ − log α). The first pilot is
at what is usual; what it finds moves the curve. Where that moves it far, there is a second, and the
two stretch it where the balance lies between theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from ..control.composition import MIXED
from ..pyramid import Scale

_HALFWAY, _HALFWAY_SHALLOW = 0.6, 1.5
"""α₀: the content weight that leaves pictures halfway as a rule, at the last scale; and where that
is held to shallow layers, beside the deep ones' count."""

_BELOW, _ABOVE = 1.4, 1.0
"""γ, as a rule: of balances below a half and above. Fitted on ten pairs of the examples, at 256 and
512 pixels, by what the pilots of a longer search came to."""

_STEEPEST = 2.0
"""Times as steep as usual, or as flat, is what two pilots may tell; the rest is their noise: a
trial step that leads nowhere takes an eighth of a pilot."""

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

_NEAR = 1.7
"""A pilot whose content is to weigh at most so many times as much, or as little, ends the search:
the usual slope leads so far within an eighth of the weight as a rule, and runs bring themselves the
rest of the way."""

MOST = 2
"""Pilots that a search takes at most."""


class Tried(NamedTuple):
    """A pilot: the weight of its content, and the balance that it came to."""

    weight: float
    balance: float


def search(
    wanted: float, balance_at: Callable[[float], float], halfway: float = _HALFWAY
) -> tuple[float, list[Tried]]:
    """The content weight whose balance is as wanted, and the pilots that it was found by.

    Args:
        wanted: a balance above 0 and below 1.
        balance_at: paints a pilot; weights are those at a run's last scale, where the style's is 1.
        halfway: where the first pilot is, if a half is wanted.
    """
    tried: list[Tried] = []
    weight = likely(wanted, tried, halfway)
    while len(tried) < MOST:
        tried.append(Tried(weight, balance_at(weight)))
        weight = likely(wanted, tried, halfway)
        if is_near(tried[-1].balance, wanted):
            break
    return weight, tried


def is_near(balance: float, wanted: float) -> bool:
    """Whether the usual slope leads from one balance to another without a further pilot."""
    return abs(_usual(balance) - _usual(wanted)) <= math.log(_NEAR)


def halfway_at(last: Scale) -> float:
    """The content weight that leaves pictures halfway as a rule, in runs that end so."""
    return _HALFWAY_SHALLOW if last.shallow else _HALFWAY


def likely(wanted: float, tried: list[Tried], halfway: float = _HALFWAY) -> float:
    """The content weight that is likeliest to have the balance, by what was tried."""
    found = _likely(wanted, tried, halfway)
    return math.exp(min(max(found, math.log(_LEAST)), math.log(_MOST)))


def _likely(wanted: float, tried: list[Tried], halfway: float) -> float:
    """Its logarithm: on the curve through two pilots that it lies between, or from the nearest."""
    if not tried:
        return math.log(halfway) + _usual(wanted)
    nearest = sorted(tried, key=lambda one: abs(_usual(one.balance) - _usual(wanted)))
    first = nearest[0]
    beyond = [one for one in nearest if (one.balance > wanted) != (first.balance > wanted)]
    # Beyond both, what they tell of the slope would lead far away where it is noise.
    steepness = _steepness(first, beyond[0]) if beyond else 1.0
    return math.log(first.weight) + (_usual(wanted) - _usual(first.balance)) / steepness


def _usual(balance: float) -> float:
    """What log α − log α₀ has a balance, as a rule."""
    found = logit(balance)
    return -found / (_ABOVE if found > 0 else _BELOW)


def _steepness(one: Tried, other: Tried) -> float:
    """Times as steep as usual, by two pilots: the less apart the nearer to 1; and what can be."""
    apart = math.log(other.weight) - math.log(one.weight)
    usual = _usual(other.balance) - _usual(one.balance)
    found = (apart * usual + _TRUST) / (apart**2 + _TRUST)
    return min(max(found, 1 / _STEEPEST), _STEEPEST)


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
