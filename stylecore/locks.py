"""One process at a time: a lock on a file, given back by the system when its holder ends.

A process that dies, by whatever signal, leaves nothing locked behind.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_PAUSE = 0.1  # seconds

if sys.platform == "win32":
    import msvcrt

    def _taken(file: BinaryIO) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # Some network file systems have no locks: better unguarded than not at all.
            return True
        return True


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock on a file, waiting for whoever holds it; the file stays behind, empty."""
    with path.open("ab") as file:
        while not _taken(file):
            time.sleep(_PAUSE)
        yield


class Lock:
    """A lock that this process holds until it is released; its file goes with it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        """Keep the locked file of that path; `lock` gets one."""
        self._path, self._file = path, file

    def release(self) -> None:
        """Let others have it."""
        if sys.platform == "win32":  # which removes no open file
            self._file.close()
        with suppress(OSError):
            self._path.unlink()
        self._file.close()


def lock(path: Path) -> Lock | None:
    """Lock a file, made for it in a folder that is there; None where somebody holds it.

    Raises:
        OSError: when no file can be made there.
    """
    while True:
        file = path.open("ab")
        if not _taken(file):
            file.close()
            return None
        if _is_still_at(path, file):
            return Lock(path, file)
        file.close()  # whoever held it has removed this one since it was opened


def _is_still_at(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False
