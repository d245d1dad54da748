"""What a batch says at its end: how much is there, what failed and why, and how to go on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .errors import complain, how_it_ended
from .progress import clock

if TYPE_CHECKING:
    from ..batch.books import Summary
    from ..batch.folder import Folder

_NAMED = 3
"""Pictures that are named of those that failed for one reason."""


def say_ended(end: BaseException, total: int, summary: Summary, folder: Folder) -> int:
    """Say what ended a batch early, what there is of it, and how it goes on; the exit status.

    Raises:
        BaseException: what ended it, where that is a mistake of ours.
    """
    words, status = how_it_ended(end)
    there = len(summary.painted) + len(summary.there)
    if there:
        words += f"; {there} of {total} pictures are in {folder.path}"
    if there or isinstance(end, KeyboardInterrupt):
        words += "; the same command goes on with the rest"
    complain(words)
    return status


def say_failed(summary: Summary) -> None:
    """A table of what could not be painted, by the reasons; nothing where all was."""
    if not summary.failed:
        return
    from rich.console import Console
    from rich.table import Table

    by_reason: dict[str, list[str]] = defaultdict(list)
    for job, reason in summary.failed:
        by_reason[reason].append(job.name)
    table = Table(box=None, pad_edge=False)
    table.add_column("not painted", overflow="fold")
    table.add_column("why", overflow="fold")
    for reason, names in by_reason.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        table.add_row(", ".join(names[:_NAMED]) + more, reason)
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(table)


def told(summary: Summary, folder: Folder, seconds: float) -> str:
    """What there is in the folder, in one line."""
    painted, there, failed = map(len, (summary.painted, summary.there, summary.failed))
    parts = [f"{painted} painted in {clock(seconds)}"] if painted else []
    parts += [f"{there} there already"] if there else []
    parts += [f"{failed} not painted"] if failed else []
    pictures = "1 picture" if painted + there == 1 else f"{painted + there} pictures"
    return f"{folder.path}: {pictures}: {', '.join(parts)}"
