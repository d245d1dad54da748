"""One process at a time: a lock on a file, given back by the system when its holder ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
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
        except (
            OSError
        ):  # Some network file systems have no locks: better unguarded than not at all.
            return True
        return True


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock on a file, waiting for whoever holds it; the file stays behind, empty."""
    with path.open("ab") as file:
        while not _taken(file):
            time.sleep(_PAUSE)
        yield
