"""Arrays that lie on the disk: as large as a picture's features, and wanted a part at a time.

Their files have no names, so they are gone with the process, whatever ends it. They lie where the
system keeps temporary files, or where TMPDIR says.
"""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile

import numpy as np

from ..errors import EngineError
from ..pictures.tensors import Array


class Disk:
    """Holds arrays, as long as it is held itself."""

    def __init__(self) -> None:
        self._maps: list[mmap.mmap] = []

    def features(self, channels: int, height: int, width: int) -> Array:
        """A new array (1, C, h, w) of zeros; all that belongs to a position lies together.

        Raises:
            EngineError: where the disk has no room for it.
        """
        size = 4 * channels * height * width
        try:
            with tempfile.TemporaryFile(prefix="stylecore-") as file:
                _reserve(file.fileno(), size)
                memory = mmap.mmap(file.fileno(), size)
        except OSError as error:
            raise _full(size, str(error.strerror)) from None
        self._maps.append(memory)
        values = np.frombuffer(memory, np.float32).reshape(height, width, channels)
        return values.transpose(2, 0, 1)[None]

    def rest(self) -> None:
        """Give back the memory that was needed to look at the arrays."""
        for one in self._maps:
            if hasattr(mmap, "MADV_DONTNEED"):
                one.madvise(mmap.MADV_DONTNEED)


def check_room(size: int) -> None:
    """Make sure, before a run, that the disk has room for so many bytes.

    Raises:
        EngineError: where it has not.
    """
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < size:
        raise _full(size, f"{free / 1e6:.0f} MB are free")


def _full(size: int, reason: str) -> EngineError:
    return EngineError(
        f"{tempfile.gettempdir()} has no room for {size / 1e6:.0f} MB of a picture in tiles"
        f" ({reason}); set TMPDIR to a folder of a disk that has"
    )


def _reserve(descriptor: int, size: int) -> None:
    """Make a file so large now: a disk that is full later would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.truncate(descriptor, size)
