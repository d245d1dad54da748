"""What a strength came to: the weights that a run takes in its place, and how they were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from ..settings import Settings
from .search import Tried, is_near

_FAR, _OFF = 0.1, 0.05
"""A balance that is less far from a strength is as good as it: of a pilot, and of a picture."""


@dataclass(frozen=True)
class Calibrated:
    """What a strength came to, for one pair of pictures.

    Attributes:
        strength: that was asked for.
        changes: of the settings, by name.
        before: what these settings were.
        farthest: D of the pilot of strength 1; None where none was painted.
        content: D of the content, at the pilots' size; None likewise.
        pilots: content weights that were tried, and the balances that runs have with them, by what
            the pilots came to.
        correction: the content weight of the run's last steps, and the balance of the picture
            before them; None without such steps.
        reached: the balance of the picture that these steps came to; None likewise.
    """

    strength: float
    changes: Mapping[str, Any]
    before: Mapping[str, Any]
    content: float | None = None
    farthest: float | None = None
    pilots: tuple[Tried, ...] = ()
    correction: Tried | None = None
    reached: float | None = None

    @classmethod
    def of(cls, settings: Settings, changes: Mapping[str, Any], **found: Any) -> Self:
        """For settings with a strength, which changes take the place of."""
        assert settings.strength is not None
        before = {name: getattr(settings, name) for name in changes}
        return cls(settings.strength, changes, before, **found)

    def applied(self, settings: Settings) -> Settings:
        """The settings with what the strength came to in its place."""
        return replace(settings, strength=None, **self.changes)

    def at_the_end(self, settings: Settings) -> Settings:
        """The settings of the last steps, whose content weight may be another one."""
        if self.correction is None:
            return settings
        return replace(settings, content_weight=self.correction.weight)

    def asked(self, settings: Settings) -> Settings:
        """The settings that :meth:`applied` has changed, as they were."""
        return replace(settings, **self.before, strength=self.strength)

    def notes(self) -> list[str]:
        """What the user should know: that a strength is out of reach."""
        if self.reached is not None:
            if abs(self.reached - self.strength) <= _OFF:
                return []
            return [
                f"a strength of {self.strength:g} was not reached: the picture has"
                f" {self.reached:.2f}"
            ]
        if not self.pilots or self._is_within_reach:
            return []
        nearest = min(self.pilots, key=lambda one: abs(one.balance - self.strength))
        return [
            f"a strength of {self.strength:g} was not reached: the pilot that came nearest has"
            f" {nearest.balance:.2f}, with a content weight of {nearest.weight:.3g}"
        ]

    @property
    def _is_within_reach(self) -> bool:
        """Whether a pilot is near the strength, or pilots lie on both sides of it."""
        balances = [one.balance for one in self.pilots]
        return min(balances) <= self.strength <= max(balances) or any(
            abs(one - self.strength) <= _FAR or is_near(one, self.strength) for one in balances
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "strength": self.strength,
            "changes": dict(self.changes),
            "before": dict(self.before),
            "content": self.content,
            "farthest": self.farthest,
            "pilots": [one._asdict() for one in self.pilots],
            "correction": None if self.correction is None else self.correction._asdict(),
            "reached": self.reached,
        }

    @classmethod
    def of_dict(cls, given: Any) -> Self:
        """What plain values tell of.

        Raises:
            ValueError: where they tell of something else; or AttributeError, KeyError or TypeError.
        """
        correction = given.get("correction")
        return cls(
            strength=float(given["strength"]),
            changes=dict(given["changes"]),
            before=dict(given["before"]),
            content=_maybe(given["content"]),
            farthest=_maybe(given["farthest"]),
            pilots=tuple(map(_tried, given["pilots"])),
            correction=None if correction is None else _tried(correction),
            reached=_maybe(given.get("reached")),
        )


def _tried(given: Any) -> Tried:
    return Tried(float(given["weight"]), float(given["balance"]))


def _maybe(number: Any) -> float | None:
    return None if number is None else float(number)
