"""A crew of a Dask cluster: workers on other machines, of whom some may die.

A task takes one of a worker's threads, and computes with as many as its settings say, or one.
"""

from __future__ import annotations

import queue
import threading
import time
import warnings
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from ..errors import EngineError
from .bench import Bench, Painters, Told
from .crew import Crew, Task
from .parcel import Parcel

_PATIENCE = 20
"""Seconds in which a scheduler must answer."""

_PARTING = 3
"""Seconds in which it and its workers must let go."""

_LOOK = 5.0
"""Seconds between two counts of the workers."""

_AHEAD = 16
"""Tasks that wait at the scheduler: a cluster that grows with its work must see some."""


class ClusterCrew(Crew):
    """The workers of a scheduler; it gives what a dead one was at to another.

    Args:
        address: of the scheduler, as Dask writes it: ``tcp://host:8786``.

    Raises:
        EngineError: when Dask is not installed here, or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Any = _connected(address)
        # By default two tasks that are alike would be one: one that failed could not be repeated.
        self._pool: Executor = self._client.get_executor(pure=False)
        self._run = f"stylecore-{uuid4()}"
        self._told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._client.subscribe_topic(self._run, self._hear)
        self._looked, self._threads = -_LOOK, 0

    @property
    def hands(self) -> int:
        """Threads of all workers that are there now."""
        now = time.monotonic()
        if now - self._looked >= _LOOK:
            self._looked = now
            with self._answering():
                self._threads = sum(self._client.nthreads().values())
        return self._threads

    @property
    def capacity(self) -> int:
        """Twice as many tasks as threads, and some more."""
        return 2 * self.hands + _AHEAD

    def submit(self, task: Task, parcel: Parcel) -> Future[object]:
        """Give out a task."""
        with self._answering(), warnings.catch_warnings():
            # Dask advises to keep large things on workers, which would die with them.
            warnings.filterwarnings("ignore", "Sending large graph")
            return self._pool.submit(_perform, self._run, task, parcel)

    def told(self) -> list[Told]:
        """What tasks have told of themselves since this was asked last."""
        found: list[Told] = []
        with suppress(queue.Empty):
            while True:
                found.append(self._told.get_nowait())
        return found

    def explained(self, error: Exception) -> str:
        """What to say of an error that a task ended with."""
        if type(error).__name__ == "KilledWorker":
            return "several workers died of it, perhaps for want of memory; give a smaller size"
        if isinstance(error, ModuleNotFoundError):
            return f"a worker has no {error.name}; install stylecore on all of them"
        return super().explained(error)

    def halt(self) -> None:
        """Let what is worked on end after its step; whoever does not answer is left alone."""
        halting = threading.Thread(target=self._halt_all, daemon=True)
        halting.start()
        halting.join(_PARTING)

    def close(self) -> None:
        """Leave the cluster."""
        with suppress(Exception):
            self._client.close(timeout=_PARTING)

    def _halt_all(self) -> None:
        with suppress(Exception):
            self._client.run(_halt, self._run, on_error="ignore")

    def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        self._told.put(Told(**event[1]["told"]))  # Dask adds the worker beside it

    def _answering(self) -> _Answering:
        return _Answering(self._client, self._address)


class _Answering:
    """Turns the failures of a client whose scheduler has gone into one error."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address

    def __enter__(self) -> None:
        if self._client.status != "running":
            raise self._gone()

    def __exit__(self, kind: type[BaseException] | None, error: object, _: object) -> None:
        if kind is not None and issubclass(kind, Exception):
            raise self._gone() from (error if isinstance(error, Exception) else None)

    def _gone(self) -> EngineError:
        return EngineError(
            f"the scheduler at {self._address} answers no more; start it, and give the same"
            " command again"
        )


def _connected(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise EngineError(
            "a scheduler was given, and Dask is not installed: pip install 'stylecore[dask]'"
        ) from None
    library: Any = distributed
    try:
        return library.Client(address, timeout=_PATIENCE, set_as_default=False)
    except Exception as error:  # of many kinds: OSError, ValueError, TimeoutError
        said = " ".join(str(error).split())
        raise EngineError(
            f"no Dask scheduler answers at {address}: {said}; give its address, such as"
            " tcp://host:8786"
        ) from error


# What follows runs in the workers.

_PAINTERS = Painters()
_HALTED: set[str] = set()


def _perform(run: str, task: Task, parcel: Parcel) -> object:
    import distributed

    library: Any = distributed
    worker = library.get_worker()

    def tell(told: Told) -> None:
        worker.log_event(run, {"told": asdict(told)})

    return task.perform(parcel, Bench(_PAINTERS, tell, lambda: run in _HALTED, threads=1))


def _halt(run: str) -> None:
    _HALTED.add(run)
