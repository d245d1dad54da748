"""The correction: where a run has come to with its weights, and which ones take it to its strength.

Pilots are small and short, and pairs differ in what finer scales make of the same weights. So the
picture is measured before its last steps, which then take another content weight.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ..pictures.tensors import Array
from ..pyramid import Scale
from .calibrated import Calibrated
from .search import Tried, logit
from .yardstick import Way, Yardstick

_FARTHER = 0.6
"""The part of the farthest pilot's distance that a run of strength 1 has, which has more steps."""

_DRIFT = 0.02
"""The balance that the last steps add with the same weights."""

_GAIN, _GAIN_SHALLOW = (1.1, 1.1), (0.57, 1.55)
"""The logarithm by which the content's weight changes, for a logit of balance, at strength 1: where
the picture is behind, and where it is ahead. Shallow layers soon go farther when they may. The
weaker the style, by the root of the strength, the less a change of weight does in few steps."""

_MOST = 3.5
"""Times as much, or as little, is what the content may count: a pilot that was far off is not known
to be so by more."""


def correct(
    known: Calibrated, weight: float, last: Scale, yardstick: Yardstick, picture: Array
) -> Calibrated:
    """What a strength came to, with the content weight of the last steps.

    Args:
        known: what it came to by pilots.
        weight: of the content, that the run had until now.
        last: the run's last scale.
        yardstick: for its size.
        picture: (1, 3, H, W), what the network sees of the run there.
    """
    assert known.farthest is not None
    way = Way(yardstick.content, _FARTHER * known.farthest)
    balance = way.balance(yardstick(picture))
    ahead = logit(balance + _DRIFT) - logit(known.strength)
    gain = (_GAIN_SHALLOW if last.shallow else _GAIN)[ahead > 0] / math.sqrt(known.strength)
    limit = math.log(_MOST)
    times = math.exp(min(max(gain * ahead, -limit), limit))
    return replace(known, correction=Tried(weight * times, balance))
