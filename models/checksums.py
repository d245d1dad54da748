"""The checksums of files that are given again and again: computed once, until the file changes.

A file is as it was while its size and the times of its last changes are, which its notes in the
home folder say. What changed just now is not noted: a second change within the same tick of the
clock would go unseen.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ..engine import locations
from ..errors import ModelError
from ..files import sha256_of, write_atomically

_SETTLED = 3_000_000_000
"""Nanoseconds: more than the coarsest clock of a file system, FAT's."""

_MOST = 100
"""Files that are kept in the notes."""


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; it is read only where it changed since last time.

    Raises:
        ModelError: when the file cannot be read.
    """
    try:
        path = path.resolve()
        state, now = _state(path), time.time_ns()
        match _notes().get(str(path)):
            case [*noted, str(sha256)] if noted == state:
                return sha256
            case _:
                sha256 = sha256_of(path)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from None
    if now - max(state[1:]) > _SETTLED:
        _note(path, [*state, sha256])
    return sha256


def _state(path: Path) -> list[int]:
    """Size, and when content and description last changed: copies may keep the first time."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _file() -> Path:
    return locations.home() / "checksums.json"


def _notes() -> dict[str, Any]:
    """State and checksum of each file by its path; none where the notes are damaged."""
    try:
        notes = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", notes) if isinstance(notes, dict) else {}


def _note(path: Path, entry: list[int | str]) -> None:
    """Where the notes cannot be written, the file is read again next time: no harm is done."""
    notes = _notes()
    notes.pop(str(path), None)
    kept = dict(list(notes.items())[1 - _MOST :])
    text = json.dumps({**kept, str(path): entry}, indent=1)
    with suppress(OSError):
        locations.home().mkdir(parents=True, exist_ok=True)
        write_atomically(_file(), text.encode())
