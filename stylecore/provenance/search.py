"""Where the inputs of a picture are now: found by name and SHA-256, or by SHA-256 alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..files import sha256_of
from .inputs import Input


@dataclass(frozen=True)
class Found:
    """What became of inputs.

    Attributes:
        files: by what they are, those that are there: as they were, or else of the same name.
        changed: what has the name of an input and is another file, by what it is.
        missing: what is nowhere, by what it is.
    """

    files: dict[str, Path] = field(default_factory=dict[str, Path])
    changed: dict[str, Input] = field(default_factory=dict[str, Input])
    missing: dict[str, Input] = field(default_factory=dict[str, Input])


def search(inputs: Mapping[str, Input], folders: Iterable[Path]) -> Found:
    """Look for inputs in folders, the first of them first.

    A file that is the input counts more than one that is only called so, and may be called
    otherwise.

    Args:
        inputs: by what they are.
        folders: in which to look, and not below them.
    """
    found, folders = Found(), list(dict.fromkeys(folders))
    known: dict[Path, str] = {}
    for what, one in inputs.items():
        there = list(_of_name(one.name, folders)) if one.name else []
        same = next((path for path in there if _is(path, one, known)), None)
        same = same or next((path for path in _all_in(folders) if _is(path, one, known)), None)
        if same is not None:
            found.files[what] = same
        elif there:
            found.files[what], found.changed[what] = there[0], one
        else:
            found.missing[what] = one
    return found


def _of_name(name: str, folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with suppress(OSError, ValueError):
            if (folder / name).is_file():
                yield folder / name


def _all_in(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with suppress(OSError, ValueError):
            yield from sorted(folder.iterdir())


def _is(path: Path, one: Input, known: dict[Path, str]) -> bool:
    """Whether a file is the input; only those of its length are read, and each once."""
    try:
        if not path.is_file() or path.stat().st_size != one.length:
            return False
        if path not in known:
            known[path] = sha256_of(path)
    except OSError:
        return False
    return known[path] == one.sha256
