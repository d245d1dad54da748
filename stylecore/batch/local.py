"""Crews of this machine: a thread beside the one that gives out work, or processes."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from .bench import Bench, Painters, Told
from .crew import Crew, Task
from .parcel import Parcel
from .processes import ProcessCrew


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
