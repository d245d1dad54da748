"""The most memory that a process holds during a while, where the system can be asked that."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..engine.room import give_back

_PROCESS = Path("/proc/self")
_RESET = b"5"
"""To ``clear_refs``: the peak begins anew at what is held now (Linux, proc_pid_clear_refs(5))."""


class Peak(NamedTuple):
    """Of a while, in bytes; None where the system does not tell.

    Attributes:
        whole: the most that the process held.
        above: by how much that was more than it held at the beginning.
    """

    whole: int | None
    above: int | None


class PeakMemory:
    """Begins with the while whose peak is wanted."""

    def __init__(self, process: Path = _PROCESS) -> None:
        self._process, self._before = process, None
        give_back()  # or whoever comes later needs nothing new for what others have needed
        with suppress(OSError):
            (process / "clear_refs").write_bytes(_RESET)
            self._before = _told("VmRSS", process)

    def peak(self) -> Peak:
        """The peak up to now."""
        before = self._before
        whole = None if before is None else _told("VmHWM", self._process)
        if before is None or whole is None:
            return Peak(None, None)
        return Peak(whole, max(0, whole - before))


def _told(name: str, process: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in (process / "status").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key == name:
                return int(value.split()[0]) * 1024
    return None
