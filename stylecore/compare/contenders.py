"""Contenders: optimisers with parameters of their own, each with a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

from ..errors import SettingsError
from ..optimizers.strategies import PARAMETERS
from ..settings import Optimizer, Settings
from ..settingsfile import check_name, mapping_of, read_toml, settings_of, value_of

USUAL: tuple[Optimizer, ...] = ("adam", "lbfgs", "projected-lbfgs")
"""Those that are compared where nobody says."""


@dataclass(frozen=True)
class Contender:
    """An optimiser and its parameters.

    Attributes:
        name: what it is called.
        optimizer: which one.
        given: parameters that somebody chose, by the names of the settings; with any of them it is
            taken as it is, and without one a sweep finds its best.
    """

    name: str
    optimizer: Optimizer
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def tunable(self) -> bool:
        """Whether a sweep may choose its parameters."""
        return not self.given

    def settings(self, base: Settings, chosen: Mapping[str, Any] | None = None) -> Settings:
        """Its own settings.

        Args:
            base: what is the same for all.
            chosen: parameters that a sweep found.
        """
        return replace(base, optimizer=self.optimizer, **{**(chosen or {}), **self.given})


def parameters_of(settings: Settings) -> dict[str, Any]:
    """The settings that their optimiser looks at, as plain values by name."""
    values = mapping_of(settings)
    return {name: values[name] for name in PARAMETERS[settings.optimizer]}


def usual_contenders() -> list[Contender]:
    """One of each optimiser, to be tuned."""
    return [Contender(name, name) for name in USUAL]


def parse_contender(text: str) -> Contender:
    """Read ``adam learning_rate=2 epsilon=1e-6``; the text is its name.

    Raises:
        SettingsError: for no optimiser, or what is no parameter of it.
    """
    where = f"the contender {text!r}"
    optimizer, *words = text.split() or [""]
    given: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise SettingsError(f"{where} has {word!r}; write learning_rate=2")
        name = name.replace("-", "_")
        given[name] = value_of(name, value, where)
    return _contender(" ".join(text.split()), optimizer, given, where)


def read_contenders(path: Path) -> list[Contender]:
    """Read a TOML file with a table ``[[contender]]`` for each.

    It has an ``optimizer``, its parameters, and perhaps a ``name``.

    Raises:
        SettingsError: for a file that cannot be read, or says anything else.
    """
    tables = read_toml(path).get("contender")
    if not isinstance(tables, list) or not tables:
        raise SettingsError(f"{path} has no contenders; write [[contender]] above each")
    return [_of_table(table, f"{path}, contender {i}") for i, table in enumerate(_any(tables), 1)]


def check_contenders(contenders: Sequence[Contender]) -> None:
    """Make sure that there is something to compare, by names that tell them apart.

    Raises:
        SettingsError: for fewer than two, or two of one name.
    """
    if len(contenders) < 2:
        raise SettingsError(f"there are {len(contenders)} contenders; give two or more")
    names = [one.name for one in contenders]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"two contenders are called {name!r}; give each a name of its own")


def _of_table(table: Any, where: str) -> Contender:
    if not isinstance(table, Mapping):
        raise SettingsError(f"{where} is no table; write [[contender]] above each")
    given = dict(cast("Mapping[str, Any]", table))
    optimizer, name = given.pop("optimizer", ""), given.pop("name", "")
    if not isinstance(name, str):
        raise SettingsError(f"{where}: name is {name!r}; give text")
    words = [str(optimizer), *(f"{key}={_shown(value)}" for key, value in given.items())]
    return _contender(name or " ".join(words), optimizer, given, where)


def _contender(name: str, optimizer: Any, given: Mapping[str, Any], where: str) -> Contender:
    if optimizer not in get_args(Optimizer):
        known = ", ".join(get_args(Optimizer))
        raise SettingsError(f"{where}: there is no optimizer {optimizer!r}; give one of {known}")
    for key in given:
        check_name(key, where)
        if key not in PARAMETERS[optimizer]:
            own = ", ".join(PARAMETERS[optimizer])
            raise SettingsError(
                f"{where}: {key} is no parameter of {optimizer}, which has {own}; what else counts"
                " is the same for all, and an option of its own"
            )
    checked = settings_of({"optimizer": optimizer, **given}, where)
    values = {key: getattr(checked, key) for key in given}
    return Contender(name, optimizer, values)


def _shown(value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(f"{one:g}" for one in cast("Iterable[float]", value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _any(values: Any) -> list[Any]:
    return list(values)


def shown(parameters: Mapping[str, Any]) -> str:
    """Parameters as they are given on the command line."""
    return " ".join(f"{name}={_shown(value)}" for name, value in parameters.items())
