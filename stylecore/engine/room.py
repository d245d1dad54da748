"""How much memory this process may still take: of what the machine has, what a container grants.

Linux ends a process that takes more, in place of refusing it, so it has to be known beforehand.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

from .cgroups import ROOT, groups

_OF_GROUPS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of either version: the files of the limit and of what is taken, and what of it may be dropped."""


def free_memory(root: Path = ROOT) -> float:
    """Bytes that can be taken before something else has to go; infinite where nobody tells.

    Args:
        root: of the file system.
    """
    free = [math.inf]
    with suppress(OSError, ValueError, KeyError):
        free.append(_numbers(root / "proc/meminfo")["MemAvailable:"] * 1024)
    for group in groups("memory", root):
        for names in _OF_GROUPS:
            with suppress(OSError, ValueError, KeyError):
                free.append(_left_in(group, *names))
    return max(0.0, min(free))


def _left_in(group: Path, limit: str, taken: str, droppable: str) -> float:
    most = (group / limit).read_text(encoding="utf-8").strip()
    if most == "max":
        return math.inf
    # Files that were read lie in memory as long as nobody else wants it.
    cached = _numbers(group / "memory.stat").get(droppable, 0)
    return int(most) - int((group / taken).read_text(encoding="utf-8")) + cached


def _numbers(path: Path) -> dict[str, int]:
    """The lines of a file that are a name and a number."""
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) > 1}
