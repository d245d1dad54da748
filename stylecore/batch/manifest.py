"""The manifest of a batch: a line of JSON for every picture that was painted, or could not be.

Lines are only ever added, each by one write, so that several processes may add theirs and one that
is killed loses at most its own. The last line of a picture counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from .. import files
from ..errors import StylecoreError

NAME = "batch.jsonl"
DONE, FAILED = "done", "failed"


class Manifest:
    """The file of that name in a folder; it need not be there yet."""

    def __init__(self, path: Path) -> None:
        """Keep its path; nothing is read before `refresh`."""
        self.path = path
        self._lines: dict[str, dict[str, Any]] = {}
        self._seen = 0

    def refresh(self) -> None:
        """Read what has been added since, by whichever process.

        What is no line of a manifest, as a torn one that a full disk left, is passed over.

        Raises:
            StylecoreError: when it cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self._seen)
                added = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StylecoreError(
                f"cannot read {self.path}: {error.strerror}; give another folder"
            ) from error
        whole = added[: added.rfind(b"\n") + 1]
        self._seen += len(whole)
        for data in whole.splitlines():
            if (line := _parsed(data)) is not None:
                self._lines[line["picture"]] = line

    def of(self, picture: str) -> Mapping[str, Any] | None:
        """The last line of a picture, by its name in the folder, as far as was read."""
        return self._lines.get(picture)

    def pictures(self) -> list[str]:
        """The names of all pictures that were painted."""
        return [name for name, line in self._lines.items() if line.get("status") == DONE]

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line, with its picture's name under ``picture``.

        Raises:
            StylecoreError: when it cannot be written.
        """
        data = json.dumps(line).encode() + b"\n"
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o666)
            try:
                if _is_torn(file):
                    data = b"\n" + data
                if os.write(file, data) != len(data):
                    raise OSError(0, "there was no room for the whole line")
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise StylecoreError(files.unwritable(self.path, error)) from error


_BINARY = getattr(os, "O_BINARY", 0)


def _is_torn(file: int) -> bool:
    """Whether the last line has no end, of which the next one must be kept apart."""
    size = os.fstat(file).st_size
    if not size:
        return False
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1) != b"\n"


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    line = cast("dict[str, Any]", found)
    return line if isinstance(line.get("picture"), str) else None
