"""A batch from jobs to pictures: only what is missing or has changed is painted.

All writing is done by this process, whoever paints: so pictures and manifest are the same on one
machine and on many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..errors import ImageError
from .books import Books, Summary
from .crew import Crew
from .events import Event, Looked, Planned
from .folder import Folder
from .foreman import Foreman
from .jobs import Job
from .plan import Networks, Order, Planner


def paint_all(
    jobs: Sequence[Job],
    folder: Folder,
    crew_for: Callable[[Sequence[Job]], Crew],
    networks: Networks,
    *,
    metadata: str = "no-gps",
    on_event: Callable[[Event], object] | None = None,
    summary: Summary | None = None,
) -> Summary:
    """Paint what is not in the folder yet, or was made from something else.

    What cannot be painted is passed over. Ctrl-C, or whatever else ends it, keeps what is done: the
    same call goes on with the rest.

    Args:
        jobs: what shall be there.
        folder: where.
        crew_for: gives the workers for those that are to be painted.
        networks: gives the folder of an artefact for settings.
        metadata: what pictures carry of their content's: ``no-gps``, ``all`` or ``none``; or
            ``off`` for nothing at all, nor how they were made.
        on_event: told of all that happens.
        summary: to be filled, for whoever wants it when the batch ends early.

    Raises:
        StylecoreError: when there is no network, something would be overwritten, or nothing can be
            written any more.
    """
    tell = on_event or _nobody
    folder.make(jobs)
    books = Books(folder, summary or Summary(), tell)
    planner = Planner(networks, metadata)
    orders = _planned(jobs, planner, books)
    tell(Planned(len(jobs), len(books.summary.there), len(books.summary.failed)))
    if orders:
        with crew_for([order.job for order in orders]) as crew:
            Foreman(crew, planner, books).work(orders)
    return books.summary


def _planned(jobs: Sequence[Job], planner: Planner, books: Books) -> list[Order]:
    """What is to be painted; what cannot even be read has failed already."""
    orders: list[Order] = []
    for number, job in enumerate(jobs):
        try:
            order = planner.order(number, job)
        except ImageError as error:
            books.failed(job, planner.unread(job), str(error), tried=False)
        else:
            if books.folder.has(job.name, order.recipe):
                books.there(job)
            else:
                orders.append(order)
        books.tell(Looked(number + 1, len(jobs)))
    return orders


def _nobody(_: Event) -> None:
    return
