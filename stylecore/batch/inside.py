"""Inside a process of a crew: how it is set up, performs tasks, and ends.

It ends when the process that began it ends, whatever ended that. Ctrl-C, which a terminal sends to
all processes at a time, is for the other one; SIGTERM, which whole groups of processes may get,
ends it after its step.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import cv2

from ..engine.room import share_memory
from .bench import Bench, Painters
from .crew import Task
from .parcel import Parcel

_BENCHES: list[Bench] = []
"""That of this process."""

_AT_WORK = threading.Lock()
"""Held while a task is performed."""


def begin(threads: Any, processes: int, told: Any, lifeline: Any) -> None:
    """Set up this process.

    Args:
        threads: a queue with the threads of each process.
        processes: how many there are; each has its share of the memory.
        told: the end of a pipe that takes this process's number, and what tasks tell.
        lifeline: the end of a pipe; when its other end is closed, all work ends.
    """
    for name in ("SIGINT", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(signal.Signals[name], signal.SIG_IGN)
    halted = threading.Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        _start(_leave, halted)

    signal.signal(signal.SIGTERM, asked)
    _start(_watch, lifeline, halted)
    share_memory(processes)
    share = threads.get()
    cv2.setNumThreads(share)
    told.send(os.getpid())
    _BENCHES.append(Bench(Painters(), told.send, halted.is_set, share))


def _start(work: Callable[..., None], *given: Any) -> None:
    threading.Thread(target=work, args=given, daemon=True).start()


def _leave(halted: threading.Event) -> None:
    """End this process when what it is at has been put by."""
    halted.set()
    with _AT_WORK:
        time.sleep(_PARTING)
        os.kill(os.getpid(), _AT_ONCE)


_PARTING = 0.5
"""Seconds in which the result of the last task is handed over."""


def _watch(lifeline: Any, halted: threading.Event) -> None:
    """Wait until the other end is closed, or its process has ended, and then this one ends too."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    halted.set()
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), _AT_ONCE)


_AT_ONCE = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


def perform(task: Task, parcel: Parcel) -> object:
    """Perform a task at the bench of this process."""
    with _AT_WORK:
        return task.perform(parcel, _BENCHES[0])
