"""Crews of this machine: a thread beside the one that gives out work, or processes."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import cv2

from ..engine.cores import usable_cores
from .bench import Bench, Painters, Told
from .crew import Crew, Task
from .division import shares
from .parcel import Parcel


def local_crew(processes: int) -> Crew:
    """So many processes, among whom the cores are divided; for one, a thread of this process."""
    return ThreadCrew() if processes == 1 else ProcessCrew(processes)


class ThreadCrew(Crew):
    """One at work, in a thread of this process with all of its cores."""

    @property
    def hands(self) -> int:
        """One."""
        return 1

    @property
    def capacity(self) -> int:
        """One more, so that the next begins while a picture is written."""
        return 2

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._halted = threading.Event()
        self._painters = Painters()
        self._bench = Bench(self._painters, self._told.put, self._halted.is_set)
        self._pool = ThreadPoolExecutor(1, "stylecore")

    def submit(self, task: Task, parcel: Parcel) -> Future[object]:
        """Give out a task."""
        return self._pool.submit(task.perform, parcel, self._bench)

    def told(self) -> list[Told]:
        """What tasks have told of themselves since this was asked last."""
        found: list[Told] = []
        with suppress(queue.Empty):
            while True:
                found.append(self._told.get_nowait())
        return found

    def halt(self) -> None:
        """Let what is worked on end after its step."""
        self._halted.set()

    def close(self) -> None:
        """Wait for what is worked on, which has been halted, and give the memory back."""
        self._halted.set()
        self._pool.shutdown(cancel_futures=True)
        self._painters.close()


class ProcessCrew(Crew):
    """Processes of this machine, which share its cores; one that dies takes the others with it.

    They end when this process ends, whatever ends it.

    Args:
        processes: how many.
    """

    def __init__(self, processes: int) -> None:
        self._processes, self._threads = processes, shares(processes, usable_cores())
        self._context = multiprocessing.get_context("spawn")
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
            return self._pool.submit(_perform, task, parcel)

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
        self._pool.shutdown(wait=False, cancel_futures=True)
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
        self._pool.shutdown(cancel_futures=True)
        self._reader.close()
        self._writer.close()

    def _open(self) -> None:
        self._pids: set[int] = set()
        self._writer: Any
        self._reader, self._writer = self._context.Pipe(duplex=False)
        watched: Any
        watched, self._lifeline = self._context.Pipe(duplex=False)
        threads: Any = self._context.SimpleQueue()
        for number in self._threads:
            threads.put(number)
        self._pool = ProcessPoolExecutor(
            self._processes, self._context, _begin, (threads, self._writer, watched)
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

_BENCHES: list[Bench] = []
"""Of this process, where it is one of a crew."""


def _begin(threads: Any, told: Any, lifeline: Any) -> None:
    """Set up a process of a crew: it is stopped by whoever began it, and not by Ctrl-C."""
    for name in ("SIGINT", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(signal.Signals[name], signal.SIG_IGN)
    halted = threading.Event()
    threading.Thread(target=_watch, args=(lifeline, halted), daemon=True).start()
    share = threads.get()
    cv2.setNumThreads(share)
    told.send(os.getpid())
    _BENCHES.append(Bench(Painters(), told.send, halted.is_set, share))


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


def _perform(task: Task, parcel: Parcel) -> object:
    return task.perform(parcel, _BENCHES[0])
