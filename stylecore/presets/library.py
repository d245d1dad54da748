"""The presets: which there are, what each is for, and the settings that it is."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from ..errors import SettingsError
from ..settings import Settings
from ..settingsfile import settings_of

_SUFFIX = ".toml"
_FOLDER = files(__package__ or "")


def preset(name: str, **changes: Any) -> Settings:
    """The settings of a look by its name: ``preset("bold", size=1024)``.

    Args:
        name: one of :func:`preset_names`.
        changes: settings that count more than what the look says.

    Raises:
        SettingsError: for a name that no look has, or changes that no settings can have.
    """
    return settings_of({**preset_values(name), **changes}, f"preset {name}")


def preset_names() -> tuple[str, ...]:
    """Of all looks, in the order of the alphabet."""
    names = (one.name for one in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def preset_values(name: str) -> dict[str, Any]:
    """What a look says of settings, by their names; of others it says nothing.

    Raises:
        SettingsError: for a name that no look has.
    """
    return tomllib.loads(preset_text(name))


def preset_line(name: str) -> str:
    """What a look is for, in a few words.

    Raises:
        SettingsError: for a name that no look has.
    """
    return preset_text(name).partition("\n")[0].removeprefix("# ")


def preset_text(name: str) -> str:
    """The file of a look.

    Raises:
        SettingsError: for a name that no look has.
    """
    names = preset_names()
    if name not in names:
        raise SettingsError(f"there is no preset {name!r}; give one of {', '.join(names)}")
    return _FOLDER.joinpath(f"{name}{_SUFFIX}").read_text(encoding="utf-8")
