"""Whether a run finds room in memory, asked before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.artefact import Manifest
from ..engine.room import usable_memory
from ..engine.table import Engine
from ..errors import SettingsError
from .memory import Job, largest_size, peak_memory_of
from .swap import held_memory, usable_swap

_SURE = 0.8
"""Of the estimate: so much a run takes at the least. What might find room is not refused."""


@dataclass(frozen=True)
class Room:
    """What a run needs, and what there is.

    Attributes:
        peak: bytes that the process is expected to hold at its peak; None where that is not known
            for the engine.
        free: bytes that it may hold: those that it has, and those that it can still get.
        size: the longest side that finds room for sure, where this one may not; None where it does,
            or where none would.
    """

    peak: float | None
    free: float
    size: int | None = None

    @property
    def suffices(self) -> bool:
        """Whether the run may find room."""
        return self.peak is None or _SURE * self.peak <= self.free


def room_for(job: Job, manifest: Manifest, engine: Engine) -> Room:
    """Hold what a run needs against what there is of memory, in the machine and in its container.

    Args:
        job: what is painted.
        manifest: of the artefact.
        engine: what paints; known are those whose graphs are in Winograd's form, on the CPU.
    """
    free = held_memory() + usable_memory() + usable_swap()
    if not engine.row.winograd:
        return Room(None, free)
    peak = peak_memory_of(job, manifest)
    return Room(peak, free, largest_size(job, manifest, free) if peak > free else None)


def check_room(job: Job, manifest: Manifest, engine: Engine) -> None:
    """Make sure that a run may find room.

    Raises:
        SettingsError: where it cannot.
    """
    room = room_for(job, manifest, engine)
    if not room.suffices:
        raise SettingsError(shortage(job, room))


def shortage(job: Job, room: Room) -> str:
    """What to say of a run that finds no room."""
    remedy = "close other programs"
    if room.size is not None:
        remedy = f"give a size of at most {room.size}: --size {room.size}"
    return (
        f"a picture of {job.width}×{job.height} takes about {gigabytes(room.peak or 0.0)} of"
        f" memory, and {gigabytes(room.free)} are to be had; {remedy}"
    )


def gigabytes(size: float) -> str:
    """Bytes as people say them: ``1.3 GB``."""
    return f"{size / 1e9:.1f} GB" if size < 99.5e9 else f"{size / 1e9:.0f} GB"
