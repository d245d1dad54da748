"""What is searched: a row for each setting that makes the look, and the values that it may have.

To search another setting is to write another row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from ..errors import SettingsError
from ..settings import Color, Settings, apart, block_of

Value: TypeAlias = float | str


@dataclass(frozen=True)
class Between:
    """Numbers from ``low`` to ``high``, evenly in their logarithms."""

    low: float
    high: float

    def with_usual(self, usual: Value) -> Between:
        """Wide enough for this one."""
        number = float(usual)
        return Between(min(self.low, number), max(self.high, number)) if number > 0 else self

    def nearest(self, usual: Value) -> Value:
        """The number within that is nearest."""
        return min(max(float(usual), self.low), self.high)


@dataclass(frozen=True)
class Among:
    """One of some words."""

    choices: tuple[str, ...]

    def with_usual(self, usual: Value) -> Among:
        """With this one among them."""
        return self if usual in self.choices else Among((*self.choices, str(usual)))

    def nearest(self, usual: Value) -> Value:
        """The word itself."""
        return usual


Range: TypeAlias = Between | Among


@dataclass(frozen=True)
class Knob:
    """A row of the table.

    Attributes:
        range: of its values.
        value: that settings have.
        changes: of settings, for a value.
        usual: whether it is searched where nobody says what is.
    """

    range: Range
    value: Callable[[Settings], Value]
    changes: Callable[[Settings, Value], Mapping[str, Any]]
    usual: bool = True


def _setting(name: str, within: Range, *, usual: bool = True) -> Knob:
    return Knob(within, lambda one: getattr(one, name), lambda _, value: {name: value}, usual)


def _strength_of(settings: Settings) -> float:
    return _USUAL_STRENGTH if settings.strength is None else settings.strength


def _strong(_: Settings, value: Value) -> Mapping[str, Any]:
    return {"strength": value}


def _scale_of(settings: Settings) -> float:
    return settings.style_scale[0] if settings.style_scale else 1.0


def _scaled(_: Settings, value: Value) -> Mapping[str, Any]:
    return {"style_scale": () if value == 1 else (value,)}


def _variation(_: Settings, value: Value) -> Mapping[str, Any]:
    return {"tv_weight": 0.0 if float(value) <= _LEAST_VARIATION else value}


def _deeper(settings: Settings, value: Value) -> Mapping[str, Any]:
    """Each block's layers count so many times as much as those of the block before."""
    weights = dict(settings.style_layers)
    if value != 1:
        for layer, weight in weights.items():
            factor = float(value) ** (block_of(layer) - _MIDDLE)
            weights[layer] = float(f"{weight * factor:.3g}")
    return {"style_layers": weights}


_USUAL_STRENGTH = 0.85
"""About as far as the default content weight goes."""

_MIDDLE = 3
"""The block whose layers keep their weights."""

_LEAST_VARIATION = 1e-6
"""As good as nothing."""

KNOBS: Mapping[str, Knob] = {
    "content_weight": _setting("content_weight", Between(0.005, 0.5)),
    "style_layers": Knob(Between(0.5, 2.0), lambda _: 1.0, _deeper),
    "style_scale": Knob(Between(0.5, 2.0), _scale_of, _scaled),
    "style_loss": _setting("style_loss", Among(("gram+nearest", "gram", "wasserstein"))),
    "detail": _setting("detail", Among(("example", "content"))),
    "tv_weight": Knob(
        Between(_LEAST_VARIATION, 3e-3), lambda settings: settings.tv_weight, _variation
    ),
    "strength": Knob(Between(0.3, 1.0), _strength_of, _strong, usual=False),
    "composition": _setting("composition", Among(("content", "style")), usual=False),
    "color": _setting("color", Among(get_args(Color)), usual=False),
}
"""By the settings that they change."""

USUAL = tuple(name for name, knob in KNOBS.items() if knob.usual)
"""Those that are searched where nobody says."""

_EITHER = ("content_weight", "strength")
"""Each finds out what the other is."""


def usual_for(settings: Settings) -> tuple[str, ...]:
    """Those that are searched with settings, where nobody says: a strength where they have one."""
    if settings.strength is None:
        return USUAL
    return tuple("strength" if name == "content_weight" else name for name in USUAL)


def check_knobs(names: tuple[str, ...]) -> None:
    """Make sure that there is something to search, and a row for each name, once.

    Raises:
        SettingsError: where there is not.
    """
    some = f"give some of {', '.join(KNOBS)}"
    if not names:
        raise SettingsError(f"there is nothing to vary; {some}")
    for name in names:
        if name not in KNOBS:
            raise SettingsError(f"{name!r} is nothing that is varied; {some}")
    if len(set(names)) < len(names):
        raise SettingsError(f"{', '.join(names)}: one is there twice; give each once")
    if set(_EITHER) <= set(names):
        raise SettingsError(
            f"{' and '.join(_EITHER)} are both varied; give one of them: a strength finds the"
            " content weight by itself"
        )


def ranges_for(names: tuple[str, ...], settings: Settings) -> dict[str, Range]:
    """The ranges of some rows, with what the settings have in each."""
    found = {name: KNOBS[name] for name in names}
    return {name: knob.range.with_usual(knob.value(settings)) for name, knob in found.items()}


def values_of(names: tuple[str, ...], settings: Settings) -> dict[str, Value]:
    """The values that settings have."""
    ranges = ranges_for(names, settings)
    return {name: ranges[name].nearest(KNOBS[name].value(settings)) for name in names}


def changes_for(settings: Settings, values: Mapping[str, Value]) -> dict[str, Any]:
    """What values change of settings."""
    changes: dict[str, Any] = {}
    for name, value in values.items():
        changes |= KNOBS[name].changes(settings, value)
    return apart(changes)
