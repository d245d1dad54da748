"""The foreman: gives out pictures to a crew, and settles what comes back.

A picture is locked before it is given out, and is then this process's alone.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..errors import StylecoreError
from ..locks import Lock
from .books import Books
from .crew import Crew
from .events import Noted, Stepped
from .parcel import Parcel, Wanting, packed
from .plan import Order, Planner
from .task import Halted, Painted, PictureTask, Refused

_PAUSE = 0.1
"""Seconds between two looks at what is told."""

_ELSEWHERE = 1.0
"""Seconds between two looks at what other processes paint."""

_DEATHS = 3
"""So many workers may die of a picture; the last is given nothing beside it, and so the picture is
known that they die of."""

_SENDS = 3
"""So often is a picture sent with what a worker lacked."""


@dataclass(frozen=True)
class _Flight:
    """A picture that is given out, or waits for that.

    Attributes:
        order: the picture.
        parcel: what is sent with it.
        sends: how often something was lacking.
    """

    order: Order
    parcel: Parcel = field(default_factory=Parcel)
    sends: int = 0


class Foreman:
    """Gives out orders, and settles what comes back.

    Args:
        crew: those who paint.
        planner: makes orders anew where files have changed.
        books: where it is written down.
    """

    def __init__(self, crew: Crew, planner: Planner, books: Books) -> None:
        self._crew, self._planner, self._books = crew, planner, books
        self._waiting: deque[_Flight] = deque()
        self._flying: dict[Future[object], _Flight] = {}
        self._elsewhere: list[_Flight] = []
        self._locks: dict[int, Lock] = {}
        self._deaths: Counter[int] = Counter()
        self._broken = self._sending = self._said = False
        self._looked = time.monotonic()

    def work(self, orders: Sequence[Order]) -> None:
        """Until all is there, or has failed.

        Raises:
            StylecoreError: when nothing can be written any more, or the crew is lost.
        """
        self._waiting.extend(map(_Flight, orders))
        try:
            while self._waiting or self._flying or self._elsewhere:
                self._turn()
        except BaseException:
            self._end_early()
            raise
        finally:
            for lock in self._locks.values():
                lock.release()
            self._books.folder.tidy()

    def _turn(self) -> None:
        if self._broken and not self._flying:
            self._crew.renew()
            self._broken = False
        self._look_elsewhere()
        while self._waiting and self._is_room_for(self._waiting[0].order):
            flight = self._waiting.popleft()
            if self._is_mine(flight):
                self._start(flight)
        self._listen()
        if self._flying:
            done = wait(self._flying, _PAUSE, FIRST_COMPLETED).done
            for future in [one for one in self._flying if one in done]:  # in their order
                self._settle(future)
        elif self._elsewhere:
            time.sleep(_PAUSE)

    def _is_room_for(self, order: Order) -> bool:
        """Whether a picture may be given out now; one that workers died of has none beside it."""
        if self._broken:
            return False
        alone, beside = _DEATHS - 1, [flight.order.number for flight in self._flying.values()]
        if self._deaths[order.number] >= alone:
            return not beside
        return len(beside) < self._crew.capacity and all(self._deaths[n] < alone for n in beside)

    def _is_mine(self, flight: _Flight) -> bool:
        """Lock a picture, unless another process is at it, or has painted it meanwhile."""
        order, folder = flight.order, self._books.folder
        if order.number in self._locks:
            return True
        lock = folder.lock(order.job.name)
        if lock is None:
            self._elsewhere.append(flight)
            return False
        self._locks[order.number] = lock
        folder.manifest.refresh()
        if not folder.has(order.job.name, order.recipe):
            return True
        self._release(order)
        self._books.painted_elsewhere(order.job)
        return False

    def _start(self, flight: _Flight) -> None:
        order = flight.order
        if self._sending and not flight.parcel.inputs:
            flight = replace(flight, parcel=replace(flight.parcel, inputs=_contents_of(order)))
        task = PictureTask(
            number=order.number,
            name=order.job.name,
            recipe=order.recipe,
            network=order.network,
            checkpoint=str(self._books.folder.checkpoint(order.job.name).absolute()),
        )
        try:
            self._flying[self._crew.submit(task, flight.parcel)] = flight
        except BrokenExecutor:
            self._broken = True
            self._waiting.appendleft(flight)

    def _look_elsewhere(self) -> None:
        """Try again what another process was at: it may have ended, with a picture or without."""
        now = time.monotonic()
        if not self._elsewhere or now - self._looked < _ELSEWHERE:
            return
        if not (self._waiting or self._flying or self._said):
            self._books.tell(Noted(_others(len(self._elsewhere))))
            self._said = True
        self._looked = now
        self._waiting.extend(self._elsewhere)
        self._elsewhere.clear()

    def _listen(self) -> None:
        jobs = {flight.order.number: flight.order.job for flight in self._flying.values()}
        for told in self._crew.told():
            if told.number in jobs:
                self._books.tell(Stepped(jobs[told.number], told))

    def _settle(self, future: Future[object]) -> None:
        flight = self._flying[future]
        order, answer = flight.order, self._answer(future)
        if isinstance(answer, Painted):
            self._books.painted(order.job, order.recipe, answer)
            self._release(order)
        elif isinstance(answer, Refused):
            self._fail(order, answer.reason)
        elif isinstance(answer, Wanting):
            self._send(flight, answer)
        else:  # Halted: it is given out again
            self._waiting.appendleft(flight)
        del self._flying[future]

    def _answer(self, future: Future[object]) -> object:
        """What came back; an error of the crew itself is raised."""
        try:
            return future.result()
        except CancelledError:
            return Halted()
        except BrokenExecutor:
            return self._died(self._flying[future].order)
        except StylecoreError:
            raise
        except Exception as error:
            return Refused(self._crew.explained(error))

    def _died(self, order: Order) -> Refused | Halted:
        """A process died that may have been painting this."""
        self._broken = True
        self._deaths[order.number] += 1
        if self._deaths[order.number] < _DEATHS:
            return Halted()
        return Refused(
            f"{_DEATHS} processes died of it, perhaps for want of memory; give a smaller size"
        )

    def _send(self, flight: _Flight, wanting: Wanting) -> None:
        """Give a picture out again, with what was lacking."""
        order, parcel = flight.order, flight.parcel
        if flight.sends >= _SENDS:
            self._fail(order, "its files changed again and again; leave them as they are")
            return
        try:
            if wanting.inputs:
                self._sending = True
                order = self._planner.again(order)
                parcel = replace(parcel, inputs=_contents_of(order))
            if wanting.networks:
                parcel = replace(parcel, networks={order.network.sha256: packed(order.network)})
        except StylecoreError as error:
            self._fail(order, str(error))
            return
        self._waiting.appendleft(_Flight(order, parcel, flight.sends + 1))

    def _fail(self, order: Order, reason: str) -> None:
        self._books.failed(order.job, order.recipe, reason)
        self._release(order)

    def _release(self, order: Order) -> None:
        if (lock := self._locks.pop(order.number, None)) is not None:
            lock.release()

    def _end_early(self) -> None:
        """Keep what is done by the time that all work has stopped."""
        try:
            if self._flying:
                self._books.tell(Noted(_ENDING))
            self._crew.halt()
            for future in self._flying:
                future.cancel()
            while pending := [future for future in self._flying if not future.done()]:
                wait(pending, _PAUSE)
                self._listen()
            for future in list(self._flying):
                with suppress(StylecoreError):
                    self._settle(future)
        except BaseException:
            self._crew.kill()
            raise


_ENDING = "ending after the step that each picture is at; once more ends it at once"


def _contents_of(order: Order) -> dict[str, bytes]:
    """What is in the files of an order, by its SHA-256."""
    found: dict[str, bytes] = {}
    for path in order.job.reads():
        with suppress(OSError):
            data = path.read_bytes()
            found[hashlib.sha256(data).hexdigest()] = data
    return found


def _others(count: int) -> str:
    pictures = "1 picture is" if count == 1 else f"{count} pictures are"
    return f"{pictures} being painted by another process; waiting for it"
