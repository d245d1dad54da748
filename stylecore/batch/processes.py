"""A crew of processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from ..engine.cores import usable_cores
from .bench import Told
from .crew import Crew, Task
from .division import shares
from .inside import begin, perform
from .parcel import Parcel


class ProcessCrew(Crew):
    """Processes of this machine, which share its cores; one that dies takes the others with it.

    They end when this process ends, whatever ends it.

    Args:
        processes: how many.
    """

    def __init__(self, processes: int) -> None:
        self._processes, self._threads = processes, shares(processes, usable_cores())
        self._context = multiprocessing.get_context("spawn")
        self._broken: list[ProcessPoolExecutor] = []
        self._pids: set[int] = set()
        _start_tracker()
        self._open()

    @property
    def hands(self) -> int:
        """As many as there are processes."""
        return self._processes

    @property
    def capacity(self) -> int:
        """One more, so that whoever is ready finds the next."""
        return self._processes + 1

    def submit(self, task: Task, parcel: Parcel) -> Future[object]:
        """Give out a task."""
        with _threads_of_libraries(self._threads[0]):  # processes are started here
            return self._pool.submit(perform, task, parcel)

    def told(self) -> list[Told]:
        """What tasks have told of themselves since this was asked last."""
        found: list[Told] = []
        while self._reader.poll():
            what = self._reader.recv()
            if isinstance(what, Told):
                found.append(what)
            else:
                self._pids.add(what)
        return found

    def halt(self) -> None:
        """Let what is worked on end after its step."""
        self._lifeline.close()

    def renew(self) -> None:
        """Begin anew with as many processes."""
        self._lifeline.close()
        self._broken.append(self._pool)  # one that is shut down cannot be waited for any more
        self._open()

    def kill(self) -> None:
        """End the processes."""
        self.told()
        for process in multiprocessing.active_children():
            if process.pid in self._pids:
                process.kill()

    def close(self) -> None:
        """End the processes after the step that they are at."""
        self._lifeline.close()
        for pool in (*self._broken, self._pool):
            pool.shutdown(cancel_futures=True)
        self._reader.close()
        self._writer.close()

    def _open(self) -> None:
        self._writer: Any
        self._reader, self._writer = self._context.Pipe(duplex=False)
        watched: Any
        watched, self._lifeline = self._context.Pipe(duplex=False)
        threads: Any = self._context.SimpleQueue()
        for number in self._threads:
            threads.put(number)
        self._pool = ProcessPoolExecutor(
            self._processes, self._context, begin, (threads, self._processes, self._writer, watched)
        )


@contextmanager
def _threads_of_libraries(threads: int) -> Generator[None]:
    """Let libraries of linear algebra take no more, in processes that begin meanwhile."""
    names = [name for name in _LIMITS if name not in os.environ]
    os.environ.update(dict.fromkeys(names, str(threads)))
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)


_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def _start_tracker() -> None:
    """Start the process by which Python tidies up after others; closing a terminal spares it."""
    if sys.platform == "win32":
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()  # it inherits the mask
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
