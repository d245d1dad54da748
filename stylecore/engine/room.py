"""How much memory this process may still take: of what the machine has, what a container grants."""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .cgroups import groups_of

_ROOT = Path("/")


_SHARERS = [1]
"""Processes that paint beside one another, this one among them."""


def share_memory(processes: int) -> None:
    """From here on this process takes what is free for one of so many that paint on a machine."""
    _SHARERS[0] = max(1, processes)


def usable_memory(root: Path = _ROOT) -> float:
    """Bytes that are free, or can be made so, or this process's share of them.

    Infinite where the platform does not tell.

    Args:
        root: of the file system.
    """
    return max(0.0, min([_of_machine(root), *_of_groups(root)])) / _SHARERS[0]


def held_memory(root: Path = _ROOT) -> float:
    """Bytes that this process holds; 0 where the platform does not tell.

    Args:
        root: of the file system.
    """
    with suppress(OSError, ValueError, IndexError):
        pages = (root / "proc/self/statm").read_text(encoding="utf-8").split()[1]
        return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))
    return 0.0


def give_back() -> None:
    """Let the C library return to the system what was freed, where it keeps that for itself."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _of_machine(root: Path) -> float:
    """What Linux says is available (proc(5)); elsewhere, most of what there is in all."""
    with suppress(OSError, ValueError, StopIteration):
        lines = (root / "proc/meminfo").read_text(encoding="utf-8").splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(line.split()[1]) * 1024.0
    with suppress(AttributeError, OSError, ValueError):
        return _MOST * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return math.inf


_MOST = 0.7
"""Of a machine's memory, where it is not known what of it is in use."""


def _of_groups(root: Path) -> Iterator[float]:
    """What each group grants beyond what it uses, of version 2 and of version 1."""
    for group in groups_of("memory", root):
        for limit, used in _FILES:
            with suppress(OSError, ValueError):
                granted, taken = (
                    (group / name).read_text(encoding="utf-8").strip() for name in (limit, used)
                )
                free = math.inf if granted == "max" else float(int(granted) - int(taken))
                yield free + _of_cache(group)


def _of_cache(group: Path) -> int:
    """Of what a group uses, the files that were read and that the system can drop."""
    with suppress(OSError, ValueError):
        lines = (group / "memory.stat").read_text(encoding="utf-8").splitlines()
        found = dict(line.split() for line in lines)
        return int(found.get("total_inactive_file", found.get("inactive_file", "0")))
    return 0


_FILES = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)
