"""The books of a batch: what became of each picture, in the folder, in a summary, and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..errors import ImageError
from ..version import __version__
from .events import Ended, Event
from .folder import Folder
from .jobs import Job
from .manifest import DONE, FAILED
from .recipe import Recipe
from .task import Painted


@dataclass
class Summary:
    """What became of a batch.

    Attributes:
        painted: pictures that it painted.
        there: pictures that were there before, or that another process painted meanwhile.
        failed: pictures that it could not paint, and why.
    """

    painted: list[Job] = field(default_factory=list[Job])
    there: list[Job] = field(default_factory=list[Job])
    failed: list[tuple[Job, str]] = field(default_factory=list[tuple[Job, str]])


class Books:
    """Writes down what became of pictures.

    Args:
        folder: of the batch.
        summary: to be filled.
        tell: told of every picture.
    """

    def __init__(self, folder: Folder, summary: Summary, tell: Callable[[Event], object]) -> None:
        self.folder, self.summary, self.tell = folder, summary, tell
        self._noted: set[str] = set()

    def there(self, job: Job) -> None:
        """It was there before."""
        self.summary.there.append(job)

    def painted_elsewhere(self, job: Job) -> None:
        """Another process has painted it meanwhile."""
        self.summary.there.append(job)
        self.tell(Ended(job, self.folder.manifest.of(job.name) or {}, here=False))

    def painted(self, job: Job, recipe: Recipe, painted: Painted) -> None:
        """It was painted: the picture is written, and then its line, once.

        Raises:
            StylecoreError: when the line cannot be written.
        """
        if job.name in self._noted:  # before what is told of it was interrupted
            return
        try:
            sha256 = self.folder.write(job.name, painted.data)
        except ImageError as error:
            self.failed(job, recipe, str(error))
            return
        line = _line(
            recipe,
            status=DONE,
            sha256=sha256,
            seconds=round(painted.seconds, 3),
            losses=dict(painted.losses),
            **({} if painted.strength is None else {"strength": painted.strength}),
            engine=dict(painted.engine),
            resumed=painted.resumed,
            warnings=painted.warnings,
            error=None,
        )
        self.folder.note(job.name, line)
        self.folder.forget(job.name)
        self._noted.add(job.name)
        self.summary.painted.append(job)
        self.tell(Ended(job, line))

    def failed(self, job: Job, recipe: Recipe, reason: str, *, tried: bool = True) -> None:
        """It could not be painted, or was not even tried.

        Raises:
            StylecoreError: when the line cannot be written.
        """
        if job.name in self._noted:
            return
        line = _line(recipe, status=FAILED, error=reason)
        self.folder.note(job.name, line)
        self._noted.add(job.name)
        self.summary.failed.append((job, reason))
        self.tell(Ended(job, line, tried=tried))


def _line(recipe: Recipe, **more: Any) -> dict[str, Any]:
    """A line of the manifest, but for the picture's name."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {**more, "time": now, **recipe.as_dict(), "version": __version__}
