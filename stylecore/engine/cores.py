"""How many cores this process may use: of those that it may run on, what a container grants.

A container's CPU quota is not seen in the number of cores: 64 threads on a quota of two wait for
each other most of the time. Linux keeps it in control groups, of version 2 (``cpu.max``) or of
version 1 (``cpu.cfs_quota_us``): the tightest of a process's own group and those above it counts.
"""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

from .cgroups import groups_of

_ROOT = Path("/")


def usable_cores() -> int:
    """The lesser of the cores in this process's affinity and its CPU quota, rounded up."""
    cores, quota = _affinity(), cpu_quota()
    return cores if quota >= cores else max(1, math.ceil(quota))


def notes_on(threads: int) -> list[str]:
    """What to know of so many threads; nothing where there are cores enough."""
    cores = usable_cores()
    if threads <= cores:
        return []
    here = "1 core" if cores == 1 else f"{cores} cores"
    return [f"{threads} threads on {here} wait for one another; give threads 0 for as many as help"]


def cpu_quota(root: Path = _ROOT) -> float:
    """The CPU quota of this process in cores; infinite where there is none.

    Args:
        root: of the file system.
    """
    quotas = [math.inf]
    for group in groups_of("cpu", root):
        with suppress(OSError, ValueError):
            quotas.append(_quota_of(group))
    return min(quotas)


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota_of(group: Path) -> float:
    if (group / "cpu.max").is_file():
        quota, period = (group / "cpu.max").read_text(encoding="utf-8").split()
    else:
        names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        quota, period = ((group / name).read_text(encoding="utf-8").strip() for name in names)
    unlimited = quota == "max" or int(quota) <= 0
    return math.inf if unlimited else int(quota) / int(period)
