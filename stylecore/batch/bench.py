"""What a worker has at hand: painters, kept from task to task, and somebody to tell."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..engine.artefact import load_artefact
from ..painter import Painter
from ..settings import Settings
from .parcel import Network, Parcel, found_network

KEPT = 256 << 20
"""Bytes of what a painter finds out about contents and styles that it keeps for others."""

_PAINTERS = 2
"""So many networks are open at a time: each takes a quarter of a gigabyte or more."""


@dataclass(frozen=True)
class Told:
    """Where a task stands.

    Attributes:
        number: of the task.
        scale: which scale, from 1.
        scales: how many there are.
        width: of this scale, in pixels.
        height: of this scale, in pixels.
        step: at this scale, from 1.
        steps: planned at this scale.
        loss: the objective's value.
        remaining: an estimate of the seconds until the last step.
    """

    number: int
    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    loss: float
    remaining: float


class Painters:
    """Painters by network, engine and threads; those that were used longest ago are closed."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, int], Painter] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, network: Network, settings: Settings, parcel: Parcel) -> Painter:
        """The painter for a network and these settings' engine and threads, opened if need be.

        Raises:
            WantingError: when the network is not here.
            ModelError: when it is damaged or does not fit.
            EngineError: when the engine does not work here.
        """
        key = (network.sha256, settings.engine, settings.threads)
        with self._lock:
            if key not in self._open:
                folder = found_network(network, parcel)
                while len(self._open) >= _PAINTERS:
                    self._open.popitem(last=False)  # its memory goes with the last that uses it
                self._open[key] = _opened(folder, settings)
            self._open.move_to_end(key)
            return self._open[key]

    def close(self) -> None:
        """Give back all memory."""
        with self._lock:
            self._open.clear()


def _opened(folder: Path, settings: Settings) -> Painter:
    return Painter(load_artefact(folder), settings, keep=KEPT)


class Bench:
    """Where a task is performed.

    Attributes:
        tell: takes where a task stands.
        halted: whether all work shall end.

    Args:
        painters: those of this process.
        tell: as the attribute.
        halted: as the attribute.
        threads: of the engine, for settings that leave it open; 0 for every core.
    """

    def __init__(
        self,
        painters: Painters,
        tell: Callable[[Told], object],
        halted: Callable[[], bool],
        threads: int = 0,
    ) -> None:
        self.tell, self.halted = tell, halted
        self._painters, self._threads = painters, threads

    def painter(self, network: Network, settings: Settings, parcel: Parcel) -> Painter:
        """A painter for settings, with this bench's share of the cores.

        Raises:
            WantingError: as `Painters.get`.
            StylecoreError: as there.
        """
        threads = settings.threads or self._threads
        return self._painters.get(network, replace(settings, threads=threads), parcel)
