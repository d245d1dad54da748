"""The folder of a batch: its pictures, its manifest, and what nobody sees of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import files
from ..errors import ImageError, StylecoreError
from ..locks import Lock, lock
from .jobs import Job
from .manifest import DONE, NAME, Manifest
from .names import same
from .recipe import Recipe

SHEET = "contact-sheet.jpg"
HIDDEN = ".stylecore"
"""The folder of locks, and of all else that is there only while a batch runs."""

TAKEN = (NAME, SHEET, HIDDEN)
"""Names that no picture may have."""


class Folder:
    """Where the pictures of a batch go; it need not be there yet.

    Attributes:
        path: of the folder.
        manifest: of what is in it.

    Args:
        path: of the folder.

    Raises:
        StylecoreError: for a manifest that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = Manifest(path / NAME)
        self.manifest.refresh()

    @property
    def sheet(self) -> Path:
        """Where the contact sheet lies."""
        return self.path / SHEET

    def picture(self, name: str) -> Path:
        """Where a picture lies, or will lie."""
        return self.path / name

    def results(self) -> set[str]:
        """Real paths of what batches have written here: in a folder of contents, none of it is."""
        found = [SHEET, *self.manifest.pictures()]
        return {os.path.realpath(self.path / name) for name in found}

    def make(self, jobs: Sequence[Job]) -> None:
        """Make the folder where it is not there yet, ready for these pictures.

        Raises:
            StylecoreError: for one in which nothing can be written, or where a picture would take
                the place of a file that is read.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            files.check_writable(self.path / NAME)
        except (FileExistsError, NotADirectoryError) as error:
            raise StylecoreError(f"{self.path} is no folder; give the name of one") from error
        except OSError as error:
            raise StylecoreError(files.unwritable(self.path / NAME, error)) from error
        reads = {_identity(path): path for job in jobs for path in job.reads()}
        for name in (NAME, SHEET, *(job.name for job in jobs)):
            if (read := reads.get(_identity(self.path / name))) is not None:
                raise StylecoreError(
                    f"{self.path / name} would overwrite {read}; give another folder"
                )

    def has(self, name: str, recipe: Recipe) -> bool:
        """Whether a picture is there, whole, and was made by this recipe."""
        line = self.manifest.of(name)
        if line is None or line.get("status") != DONE or not recipe.is_that_of(line):
            return False
        try:
            return files.sha256_of(self.picture(name)) == line.get("sha256")
        except OSError:
            return False

    def lock(self, name: str) -> Lock | None:
        """The lock on a picture, or None where another process holds it.

        What one that was killed has left half-written is removed.

        Raises:
            StylecoreError: when no file can be made in the folder.
        """
        path = self.hidden(name, "lock")
        while True:
            try:
                self.hidden().mkdir(exist_ok=True)
                left_behind = path.exists()
                found = lock(path)
                if found is not None and left_behind:
                    files.sweep(self.picture(name))
                return found
            except FileNotFoundError as error:  # another process has tidied up meanwhile
                if not self.path.is_dir():
                    raise StylecoreError(files.unwritable(self.path, error)) from error
            except OSError as error:
                raise StylecoreError(files.unwritable(self.hidden(), error)) from error

    def write(self, name: str, data: bytes) -> str:
        """Write a picture, whole or not at all; its SHA-256.

        Raises:
            ImageError: when it cannot be written.
        """
        path = self.picture(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_atomically(path, data)
        except OSError as error:
            raise ImageError(files.unwritable(path, error)) from error
        return hashlib.sha256(data).hexdigest()

    def checkpoint(self, name: str) -> Path:
        """Where it stands how far a picture has come, while it is locked."""
        return self.hidden(name, "checkpoint")

    def forget(self, name: str) -> None:
        """Remove the checkpoint of a picture that is there."""
        with suppress(OSError):
            self.checkpoint(name).unlink()

    def note(self, name: str, line: Mapping[str, Any]) -> None:
        """Write down how a picture was made, or why not.

        Raises:
            StylecoreError: when it cannot be written.
        """
        self.manifest.add({"picture": name, **line})

    def hidden(self, name: str = "", suffix: str = "") -> Path:
        """The folder of what nobody sees, or a file in it that belongs to a picture."""
        folder = self.path / HIDDEN
        if not name:
            return folder
        return folder / f"{hashlib.sha256(same(name).encode()).hexdigest()[:32]}.{suffix}"

    def tidy(self) -> None:
        """Remove the hidden folder where nobody needs it, and locks that dead processes left."""
        with suppress(OSError):
            for path in self.hidden().glob("*.lock"):
                if (left := lock(path)) is not None:
                    left.release()
            self.hidden().rmdir()


def _identity(path: Path) -> object:
    """What is the same for all names of a file."""
    try:
        status = path.stat()
    except OSError:
        return os.path.realpath(path)
    return (status.st_dev, status.st_ino)
