"""How many pictures are painted at a time on one machine, and how the cores are divided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..engine.cores import usable_cores
from ..engine.engines import choose_engine
from ..engine.memory import memory_of
from ..engine.room import usable_memory
from ..settings import Settings
from .bench import KEPT
from .jobs import Job

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
    room = usable_memory() * _SHARE / max(_bytes_of(job.settings) for job in jobs)
    return int(max(1, min(usable_cores() // threads, len(jobs), room)))


def shares(processes: int, cores: int) -> list[int]:
    """Threads for each process, as even as can be, and at least one."""
    each, more = divmod(cores, processes)
    return [max(1, each + (number < more)) for number in range(processes)]


def _bytes_of(settings: Settings) -> float:
    """What painting takes as a whole, in a square of the size, or what it may take."""
    size, pairs = settings.size, min(settings.history_size, settings.steps)
    wanted = memory_of(size, size, optimizer=settings.optimizer, pairs=pairs)
    return KEPT + min(wanted, settings.memory_limit or math.inf)


def _has_device(job: Job) -> bool:
    settings = job.settings
    return choose_engine(settings.engine, settings.threads).name != "cpu"
