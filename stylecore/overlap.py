"""Something of the whole process that is changed for a while, by calls that may overlap."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

State = TypeVar("State")


class WhileWanted(Generic[State]):
    """A change that holds while anybody is inside, for a ``with`` in any number of threads.

    The first to come in makes it and the last to go out takes it back: if each took back its own,
    two that overlap would leave the change behind.
    """

    def __init__(self, change: Callable[[], State], restore: Callable[[State], object]) -> None:
        """Keep what changes, and what puts back the state that it returned."""
        self._change, self._restore = change, restore
        self._lock = threading.Lock()
        self._inside = 0
        self._before: list[State] = []

    def __enter__(self) -> None:
        """Make the change, unless it is made already."""
        with self._lock:
            if not self._inside:
                self._before.append(self._change())
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        """Take it back, unless somebody is inside still."""
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._restore(self._before.pop())
