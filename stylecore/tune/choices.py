"""A choice: the settings file of a trial, and the command that paints it at its full size."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..settingsfile import as_toml
from .knobs import Value
from .portfolio import CHOICES, Portfolio, name_of
from .tried import Tried
from .tuner import Tuning


@dataclass(frozen=True)
class Choice:
    """One of which no other is better in everything.

    Attributes:
        tried: the trial.
        name: of its files: number and what it is known by.
        settings: the path of its settings file.
        picture: the path of its small picture.
        words: what it has of each thing that was varied, in words.
        command: that paints it.
    """

    tried: Tried
    name: str
    settings: Path
    picture: Path
    words: str
    command: str


def choices_of(tuning: Tuning, portfolio: Portfolio) -> list[Choice]:
    """All choices, the closest to the content first."""
    return [_choice(one, tuning, portfolio) for one in tuning.choices]


def _choice(tried: Tried, tuning: Tuning, portfolio: Portfolio) -> Choice:
    name = f"{tried.number:02}-{name_of(tuning.key, tried.values)}"
    settings = portfolio.folder / CHOICES / f"{name}.toml"
    output = f"{tuning.content.stem}-{tuning.style.stem}-{tried.number:02}.png"
    words = ["stylecore", "stylize", str(tuning.content), str(tuning.style)]
    words += ["--settings", str(settings), "--output", output]
    return Choice(
        tried=tried,
        name=name,
        settings=settings,
        picture=portfolio.picture(tuning.key, tried.values),
        words=", ".join(_said(name, value) for name, value in tried.values.items()),
        command=shlex.join(words),
    )


def _said(name: str, value: Value) -> str:
    return f"{name} {value}" if isinstance(value, str) else f"{name} {value:g}"


def settings_text(choice: Choice, tuning: Tuning) -> str:
    """What stands in a settings file."""
    settings = tuning.search.settings_with(choice.tried.values)
    return "".join(f"{line}\n" for line in _head(choice)) + as_toml(settings)


def _head(choice: Choice) -> Iterator[str]:
    yield f"# Trial {choice.tried.number}: {choice.tried.verdict.words}."
    yield f"# {choice.words}"


def order_of(choices: Sequence[Choice]) -> str:
    """What the order of choices means, in words."""
    closest = "the closest to the photograph first, the most painted last"
    return closest if len(choices) > 1 else "the only one"
