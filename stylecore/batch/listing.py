"""A list of pictures to paint, one a row, with settings of its own: CSV or TOML."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from .. import files
from ..errors import SettingsError
from ..settings import Settings, apart
from ..settingsfile import check_name, mapping_of, read_toml, settings_of, value_of
from .jobs import Pair

_OWN = ("content", "style", "name")
"""Columns, and keys, that are no settings."""

_BETWEEN = "|"
"""Between several styles in a column."""


def read_list(path: Path, settings: Settings) -> list[Pair]:
    """Read a list: a CSV file, or TOML where the name ends so.

    A CSV file has a line of column names: ``content``, ``style`` (several with | between them),
    perhaps ``name``, and settings; what is left empty is as in the settings given. A TOML file has
    a table ``[[picture]]`` for each, with the same keys; what stands above the tables holds for all
    of them. Paths are those from the folder of the list.

    Args:
        path: of the list.
        settings: what rows say nothing of.

    Raises:
        SettingsError: for a list that cannot be read, or a row that says something else.
    """
    rows = _of_toml(path) if path.suffix.lower() == ".toml" else _of_csv(path)
    found = [_pair(row, path, where, settings) for where, row in rows]
    if not found:
        raise SettingsError(f"{path} has no pictures in it; give at least one")
    return found


def _of_toml(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    common = read_toml(path)
    pictures = common.pop("picture", None)
    for name in common:
        check_name(name, f"{path}, above the pictures")
    if pictures is None:
        return
    if not _is_list_of(dict, pictures):
        raise SettingsError(f"{path}: picture is no array of tables; write [[picture]] above each")
    for number, picture in enumerate(cast("list[dict[str, Any]]", pictures), 1):
        yield f"{path}, picture {number}", {**common, **picture}


def _of_csv(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = _lines(path)
    between = max(",;\t", key=lines[0].count) if lines else ","
    rows = csv.reader(lines, delimiter=between, skipinitialspace=True)
    names = [name.strip() for name in next(rows, list[str]())]
    for name in names:
        if name not in _OWN:
            check_name(name, f"{path}, line 1")
    if len(set(names)) != len(names):
        raise SettingsError(f"{path}, line 1: a column is there twice; give each once")
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        if len(row) > len(names):
            raise SettingsError(
                f"{where}: there are {len(row)} columns under {len(names)} names; put what has"
                f" {between!r} in it in quotes"
            )
        filled = {name: text.strip() for name, text in zip(names, row, strict=False)}
        if any(filled.values()):
            yield where, dict(_values(filled, where))


def _values(row: Mapping[str, str], where: str) -> Iterator[tuple[str, Any]]:
    """What a row of text says; empty columns say nothing."""
    for name, text in row.items():
        if text and name == "style":
            yield name, [one.strip() for one in text.split(_BETWEEN) if one.strip()]
        elif text:
            yield name, text if name in _OWN else value_of(name, text, where)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except FileNotFoundError:
        raise SettingsError(f"{files.missing(path)}; give a CSV or TOML file") from None
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {error.strerror}; give a CSV file") from None
    except ValueError:
        raise SettingsError(f"{path} is not UTF-8; save it as CSV in UTF-8") from None


def _pair(row: Mapping[str, Any], path: Path, where: str, settings: Settings) -> Pair:
    own = {name: row[name] for name in _OWN if name in row}
    changes = {name: value for name, value in row.items() if name not in own}
    for name in ("content", "style"):
        if not own.get(name):
            raise SettingsError(f"{where} has no {name}; give the path of a picture")
    content, style, name = own["content"], own["style"], own.get("name", "")
    styles: Any = [style] if isinstance(style, str) else style
    if not _is_list_of(str, [content, name]) or not _is_list_of(str, styles):
        raise SettingsError(f"{where}: content, style and name are text; give paths in quotes")
    changed = settings_of({**mapping_of(settings), **apart(changes)}, where)
    if "init" in changes and changed.init not in {"content", "noise"}:
        changed = settings_of(
            {**mapping_of(changed), "init": str(path.parent / changed.init)}, where
        )
    return Pair(path.parent / content, tuple(path.parent / one for one in styles), changed, name)


def _is_list_of(kind: type, given: object) -> bool:
    if not isinstance(given, list):
        return False
    return all(isinstance(one, kind) for one in cast("list[object]", given))
