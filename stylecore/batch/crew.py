"""A crew: those who work, in threads, processes or on other machines, behind one executor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Future
from typing import Protocol

from .bench import Bench, Told
from .parcel import Parcel


class Task(Protocol):
    """A piece of work that stands by itself: a picture, or whatever else is made in parts.

    It is sent to where it is performed, and so is what it returns.
    """

    def perform(self, parcel: Parcel, bench: Bench) -> object:
        """Do it, at a worker's bench."""
        ...


class Crew(ABC):
    """Workers behind an executor of ``concurrent.futures``; closed at the end of a ``with``."""

    @property
    @abstractmethod
    def hands(self) -> int:
        """How many tasks are worked on at a time."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """How many tasks are given out at a time, so that nobody waits for one."""

    @abstractmethod
    def submit(self, task: Task, parcel: Parcel) -> Future[object]:
        """Give out a task."""

    @abstractmethod
    def told(self) -> list[Told]:
        """What tasks have told of themselves since this was asked last."""

    @abstractmethod
    def halt(self) -> None:
        """Let all that is worked on end after its step, without a result."""

    def renew(self) -> None:
        """Replace workers of whom one has died, where the executor does not do so itself."""
        return

    def explained(self, error: Exception) -> str:
        """What to say of an error that a task ended with, and that is no answer of its own."""
        said = " ".join(str(error).split())
        return f"{type(error).__name__}: {said}" if said else type(error).__name__

    def kill(self) -> None:
        """End all work at once, whatever it is at."""
        self.halt()

    @abstractmethod
    def close(self) -> None:
        """Let everybody go."""

    def __enter__(self) -> Crew:
        """Ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()
