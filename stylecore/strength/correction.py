"""The correction: a run's last steps take it past its strength, and back to where it has it.

Pilots are small and short, and pairs differ in what finer scales make of the same weights. So the
picture is measured before its last steps, which then have another content weight: one that leads
beyond the strength. On the straight way from where these steps begin to where they end, the picture
that has the strength is found by measuring.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..pictures.tensors import Array
from ..pyramid import Scale
from ..scene import Scene
from .calibrated import Calibrated
from .search import Tried, logit
from .yardstick import Way, Yardstick

_FARTHER, _FARTHER_SHALLOW = 0.55, 0.5
"""The part of the farthest pilot's distance that a run of strength 1 has, which has more steps; and
where shallow layers end them."""

_PUSH, _BEHIND, _AHEAD = 0.7, 2.5, 8.0
"""The logarithm by which the content's weight changes: at least, and for a logit of balance where
the picture is behind and where it is ahead, since strokes come sooner than they go. About twice
what it takes, so that the last steps lead past the strength."""

_MOST = 12.0
"""Times as much, or as little, is what the content may count: more changes nothing in few steps."""

_NEAR = 0.005
"""A balance so near to a strength has it."""


def corrected(weight: float, balance: float, strength: float) -> float:
    """The content weight of the last steps, by that of those before and the balance after them."""
    ahead = logit(balance) - logit(strength)
    change = _PUSH + (_AHEAD if ahead > 0 else _BEHIND) * abs(ahead)
    return weight * min(math.exp(change), _MOST) ** (1 if ahead > 0 else -1)


def nearest(over: Callable[[float], float]) -> tuple[float, float]:
    """Which part of a way from 0 to 1 has an excess next to none, and the excess there.

    Brent 1973, where the excess changes its sign on the way; the better end, where it does not.
    """
    # Imported here, since only a strength wants it.
    from scipy.optimize import brentq  # pyright: ignore[reportUnknownVariableType]

    found = {0.0: over(0.0), 1.0: over(1.0)}

    def known(part: float) -> float:
        if part not in found:
            found[part] = over(part)
        return found[part] if abs(found[part]) > _NEAR else 0.0

    if found[0.0] * found[1.0] < 0:
        brentq(known, 0.0, 1.0)
    return min(found.items(), key=lambda one: abs(one[1]))


def balance_by(
    yardstick: Yardstick, known: Calibrated, *, shallow: bool
) -> Callable[[Array], float]:
    """How far pictures have come; the farthest is not painted, but told by its pilot."""
    assert known.farthest is not None
    way = Way(yardstick.content, (_FARTHER_SHALLOW if shallow else _FARTHER) * known.farthest)
    return lambda picture: way.balance(yardstick(picture))


class Correction:
    """Brings a run to its strength; one for each run.

    Args:
        yardstick_of: measures pictures of a scene.
        on_found: told of what the strength came to, whenever more is known.
    """

    def __init__(
        self,
        yardstick_of: Callable[[Scene], Yardstick],
        on_found: Callable[[Calibrated], object],
    ) -> None:
        self._yardstick_of, self._on_found = yardstick_of, on_found
        self._known: Calibrated | None = None
        self._balance: Callable[[Array], float] = lambda _: math.nan

    def weighed(self, scene: Scene, last: Scale, picture: Array) -> Scene:
        """The scene with the content weight of its last steps; as it is, where it has no strength.

        Args:
            scene: with the weights that the run had until now.
            last: the run's last scale.
            picture: (1, 3, H, W), what the network sees of the run there.
        """
        if scene.calibrated is None:
            return scene
        yardstick = self._yardstick_of(scene)
        self._balance = balance_by(yardstick, scene.calibrated, shallow=last.shallow)
        balance = self._balance(picture)
        weight = corrected(scene.settings.content_weight, balance, scene.calibrated.strength)
        known = self._note(replace(scene.calibrated, correction=Tried(weight, balance)))
        return replace(scene, settings=known.at_the_end(scene.settings), calibrated=known)

    def met(self, start: Array, end: Array, picture_of: Callable[[Array], Array]) -> Array:
        """Where the last steps have the strength; their end, where they do not come to it.

        Args:
            start: where they began, (1, 3, H, W).
            end: where they came to, as large.
            picture_of: what the network sees of a point.
        """
        if self._known is None:
            return end
        wanted = self._known.strength

        def at(part: float) -> Array:
            return np.asarray((1 - part) * start + part * end, np.float32)

        part, over = nearest(lambda part: self._balance(picture_of(at(part))) - wanted)
        self._note(replace(self._known, reached=wanted + over))
        return at(part)

    def _note(self, known: Calibrated) -> Calibrated:
        self._known = known
        self._on_found(known)
        return known
