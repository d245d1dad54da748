"""What must be the same for two runs to be the same: settings, inputs and network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..settings import Settings
from ..settingsfile import completed, mapping_of
from .inputs import Input, Inputs

_STARTS = ("content", "noise")
ELSEWHERE = ("engine", "threads", "max_memory")
"""Settings that say where a run computes; it may go on elsewhere."""


@dataclass(frozen=True)
class Identity:
    """Of a run.

    Attributes:
        settings: those that count, as plain values by name.
        inputs: what it looks at.
        model: SHA-256 of its network.
    """

    settings: Mapping[str, Any]
    inputs: Inputs
    model: str

    @classmethod
    def of(cls, settings: Settings, inputs: Inputs, model: str) -> Identity:
        """That of a run with these settings."""
        values = mapping_of(settings)
        for name in ELSEWHERE:
            del values[name]
        if settings.init not in _STARTS:
            values["init"] = "picture"  # which one is told by its SHA-256
        return cls(values, inputs, model)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "settings": dict(self.settings),
            "inputs": self.inputs.as_dict(),
            "model": self.model,
        }

    @classmethod
    def of_dict(cls, given: Any) -> Identity:
        """The identity that plain values tell of.

        Raises:
            ValueError: as :meth:`Inputs.of_dict`, like its others.
        """
        inputs = Inputs.of_dict(given["inputs"])
        values = completed(given["settings"]).items()
        settings = {name: value for name, value in values if name not in ELSEWHERE}
        return cls(settings, inputs, str(given["model"]))


def differences(then: Identity, now: Identity) -> list[str]:
    """What is not the same, in words; nothing where all is."""
    found = [*changes(dict(then.inputs.named()), dict(now.inputs.named()))]
    if then.inputs.form != now.inputs.form:
        found.append("the weights of the regions, or the styles that they take from, were others")
    for name, value in now.settings.items():
        if (before := then.settings.get(name)) != value:
            found.append(f"{name} was {before}, is {value}")
    if then.model != now.model:
        found.append("the network is another")
    return found


def changes(then: Mapping[str, Input], now: Mapping[str, Input]) -> list[str]:
    """Which inputs are others by their SHA-256, by what they are."""
    found: list[str] = []
    for what in dict.fromkeys([*then, *now]):
        before, after = then.get(what), now.get(what)
        if before is None:
            found.append(f"there was no {what}")
        elif after is None:
            found.append(f"there is no {what}")
        elif before.sha256 != after.sha256:
            found.append(f"the {what} was {_called(before)}, is {_called(after, before)}")
    return found


def _called(one: Input, other: Input | None = None) -> str:
    name = one.name or "no file"
    return f"another {name}" if other is not None and other.name == one.name else name
