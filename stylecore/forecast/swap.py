"""How much of what is in memory can be written out to make room, and what a process holds."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..engine.cgroups import groups_of

_ROOT = Path("/")


def usable_swap(root: Path = _ROOT) -> float:
    """Bytes of swap that this process may still take; 0 where the platform does not tell.

    Args:
        root: of the file system.
    """
    return max(0.0, min([_of_machine(root), *_of_groups(root)]))


def held_memory(root: Path = _ROOT) -> float:
    """Bytes that this process has in memory now; 0 where the platform does not tell.

    Args:
        root: of the file system.
    """
    with suppress(OSError, ValueError, IndexError, AttributeError):
        pages = (root / "proc/self/statm").read_text(encoding="utf-8").split()[1]
        return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))
    return 0.0


def _of_machine(root: Path) -> float:
    with suppress(OSError, ValueError):
        for line in (root / "proc/meminfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("SwapFree:"):
                return int(line.split()[1]) * 1024.0
    return 0.0


def _of_groups(root: Path) -> Iterator[float]:
    """What each group grants: of version 1 memory and swap are counted together."""
    for group in groups_of("memory", root):
        with suppress(OSError, ValueError):
            limit = _number(group / "memory.swap.max")
            yield limit - _number(group / "memory.swap.current")
        with suppress(OSError, ValueError):
            both = _number(group / "memory.memsw.limit_in_bytes")
            yield both - _number(group / "memory.limit_in_bytes")


def _number(path: Path) -> float:
    text = path.read_text(encoding="utf-8").strip()
    return math.inf if text == "max" else float(int(text))
