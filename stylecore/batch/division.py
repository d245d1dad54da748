"""How many pictures are painted at a time on one machine, and how the cores are divided."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.cores import usable_cores
from ..engine.engines import choose_engine
from ..engine.room import usable_memory
from .jobs import Job

_OPENED = 650e6
_OF_A_PIXEL = 4500
"""Bytes that a process takes for its network, and for each pixel of a result on the CPU."""

_SHARE = 0.8
"""Of the memory that is left: other programs want some too."""


def processes_for(jobs: Sequence[Job]) -> int:
    """How many processes suit jobs on this machine.

    On the CPU one for every core: a picture in a thread of its own takes less of a core's time
    than one that two threads share, and what only one thread can do holds no other up. Fewer where
    memory does not suffice, where the settings ask for threads, or where there are fewer jobs; one
    for engines that have a device to themselves.
    """
    if not jobs or any(_has_device(job) for job in jobs):
        return 1
    threads = max(job.settings.threads or 1 for job in jobs)
    largest = max(job.settings.size for job in jobs) ** 2
    room = usable_memory() * _SHARE / (_OPENED + _OF_A_PIXEL * largest)
    return int(max(1, min(usable_cores() // threads, len(jobs), room)))


def shares(processes: int, cores: int) -> list[int]:
    """Threads for each process, as even as can be, and at least one."""
    each, more = divmod(cores, processes)
    return [max(1, each + (number < more)) for number in range(processes)]


def _has_device(job: Job) -> bool:
    settings = job.settings
    return choose_engine(settings.engine, settings.threads).name != "cpu"
