"""Settings as plain values, in a file or in what is kept of a run, and back, strictly checked."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from os import PathLike
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from . import files
from .errors import SettingsError
from .settings import Settings, apart, parse_layers, parse_numbers

NAMES = tuple(one.name for one in fields(Settings))
"""Of all settings."""

_NUMBER, _WHOLE, _TEXT = "a number", "a whole number", "text"
_NUMBERS, _LAYERS = "an array of numbers", "a table of layers, each with a number"


def read_settings(
    path: str | PathLike[str], otherwise: Mapping[str, Any] | None = None
) -> Settings:
    """Read a TOML file of settings, by the names that `Settings` has; the others are defaults.

    Args:
        path: of the file.
        otherwise: values of settings that the file says nothing of, in place of defaults.

    Raises:
        SettingsError: for a file that cannot be read, or that says anything else.
    """
    said = read_toml(path)
    return settings_of({**otherwise, **apart(said)} if otherwise else said, str(path))


def read_toml(path: str | PathLike[str]) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        SettingsError: for a file that cannot be read, or is no TOML.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"{files.missing(path)}; give a TOML file") from None
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}; give a TOML file") from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError, too
        said = " ".join(str(error).split())
        raise SettingsError(f"{path} is no TOML: {said}") from None


def settings_of(mapping: Mapping[str, Any], where: str) -> Settings:
    """Settings from plain values by name, as they come from TOML or JSON; the others are defaults.

    Args:
        mapping: whole and other numbers, text, ``{layer: number}`` and lists of numbers.
        where: they stand, for messages.

    Raises:
        SettingsError: for a name that no setting has, a value of another type, or outside its
            range.
    """
    values = {name: _typed(name, value, where) for name, value in mapping.items()}
    try:
        return Settings(**values)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


def mapping_of(settings: Settings) -> dict[str, Any]:
    """All settings as plain values, for TOML or JSON; `settings_of` gives the same back."""
    values = settings.as_dict()
    return {name: list(one) if _is_array(one) else one for name, one in values.items()}


def as_toml(settings: Settings) -> str:
    """A line for each setting that is no default; `read_settings` gives the same back."""
    usual, values = mapping_of(Settings()), mapping_of(settings)
    changed = (name for name, value in values.items() if value != usual[name])
    return "".join(f"{name} = {_in_toml(values[name])}\n" for name in changed)


def _in_toml(value: Any) -> str:
    """Text, numbers and arrays are written as in JSON; only a table is not."""
    if isinstance(value, Mapping):
        layers = cast("Mapping[str, float]", value)
        return f"{{ {', '.join(f'{name} = {one!r}' for name, one in layers.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def completed(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept of a run by `mapping_of`, with a default for each setting that is newer."""
    return {**mapping_of(Settings()), **mapping}


def value_of(name: str, text: str, where: str) -> Any:
    """The value of a setting from text, as it is written on the command line.

    Raises:
        SettingsError: for a name that no setting has, or text of another type.
    """
    check_name(name, where)
    wanted = wanted_of(name)
    try:
        return _READ[wanted](text)
    except SettingsError as error:
        raise SettingsError(f"{where}: {name}: {error}") from None
    except ValueError:
        raise SettingsError(f"{where}: {name} is {_shown(text)}; give {wanted}") from None


_READ: dict[str, Callable[[str], Any]] = {
    _WHOLE: int,
    _NUMBER: float,
    _TEXT: str,
    _NUMBERS: parse_numbers,
    _LAYERS: parse_layers,
}


def check_name(name: object, where: str) -> None:
    """Make sure that a setting has this name.

    Raises:
        SettingsError: where none has, with the name most like it.
    """
    if name not in NAMES:
        (nearest,) = get_close_matches(str(name), NAMES, n=1, cutoff=0.0)
        raise SettingsError(f"{where}: there is no setting {name!r}; the nearest is {nearest}")


def _typed(name: str, value: object, where: str) -> Any:
    check_name(name, where)
    wanted = wanted_of(name)
    if value is None and _may_be_nothing(name):
        return None
    if not _is(value, wanted):
        raise SettingsError(
            f"{where}: {name} is {_shown(value)}, which is {_kind(value)}; give {wanted}"
        )
    return value if wanted == _WHOLE else _in_floats(value)


def wanted_of(name: str) -> str:
    """Of what type a setting is, in words."""
    hint = _hint(name)
    if _may_be_nothing(name):
        (hint,) = set(get_args(hint)) - {NoneType}
    plain = {int: _WHOLE, float: _NUMBER, tuple: _NUMBERS, Mapping: _LAYERS}
    return plain.get(get_origin(hint) or hint, _TEXT)


def _may_be_nothing(name: str) -> bool:
    return isinstance(_hint(name), UnionType)


def _hint(name: str) -> Any:
    return type_hints()[name]


@cache
def type_hints() -> Mapping[str, Any]:
    """The types of all settings by name, which take a hundredth of a second to find."""
    return get_type_hints(Settings)


def _is(value: object, wanted: str) -> bool:
    if wanted == _LAYERS:
        return isinstance(value, Mapping) and all(
            map(_is_number, cast("Mapping[str, object]", value).values())
        )
    if wanted == _NUMBERS:
        return _is_array(value) and all(map(_is_number, cast("list[object]", value)))
    if wanted == _TEXT:
        return isinstance(value, str)
    return _is_number(value) and (wanted == _NUMBER or isinstance(value, int))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_array(value: object) -> bool:
    return isinstance(value, list | tuple)


def _in_floats(value: object) -> object:
    """The same with whole numbers as floats, those beyond them infinite."""
    if isinstance(value, Mapping):
        layers = cast("Mapping[str, object]", value)
        return {layer: _in_floats(weight) for layer, weight in layers.items()}
    if _is_array(value):
        return tuple(map(_in_floats, cast("list[object]", value)))
    try:
        return float(value) if isinstance(value, int) else value
    except OverflowError:
        return math.inf


def _kind(value: object) -> str:
    otherwise = f"of type {type(value).__name__}"
    return next((words for kind, words in _KINDS.items() if isinstance(value, kind)), otherwise)


_KINDS: dict[type, str] = {
    bool: "true or false",
    str: _TEXT,
    int: _WHOLE,
    float: _NUMBER,
    Mapping: "a table",
    list: "an array",
    tuple: "an array",
}
"""In this order: bool is a kind of int."""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LONGEST = 60
"""Letters of a value that a message shows."""
