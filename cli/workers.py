"""Who paints a batch: processes of this machine or a cluster's workers, and with what network."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.cores import notes_on
from ..errors import SettingsError
from ..settings import Settings
from .blas import calm_scipy
from .painters import artefact_for

if TYPE_CHECKING:
    from ..batch.crew import Crew
    from ..batch.jobs import Job
    from .progress import Progress


@dataclass(frozen=True)
class Workers:
    """The options that say who works, as they were given.

    Attributes:
        jobs: processes of this machine; 0 for as many as suit.
        scheduler: the address of a cluster's scheduler, or None.
        model: the network, or None.
        offline: whether it must not be fetched.
    """

    jobs: int
    scheduler: str | None
    model: str | None
    offline: bool

    def check(self) -> None:
        """Make sure that they say who works.

        Raises:
            SettingsError: for options that cannot be, or not together.
        """
        if self.jobs < 0:
            raise SettingsError(f"--jobs is {self.jobs}; give a number of processes, or 0")
        if self.jobs and self.scheduler is not None:
            raise SettingsError("--jobs is for this machine alone; leave it out with --scheduler")

    def crew(self, waiting: Sequence[Job], progress: Progress) -> Crew:
        """Those who paint what waits.

        Raises:
            EngineError: where no scheduler answers.
        """
        if self.scheduler is not None:
            return _cluster(self.scheduler, progress)
        from ..batch.division import processes_for
        from ..batch.local import local_crew

        processes = min(self.jobs, len(waiting)) or processes_for(waiting)
        if processes == 1 and any(job.settings.optimizer == "lbfgs" for job in waiting):
            calm_scipy()  # others' processes have a share of the cores each
        threads = max(job.settings.threads for job in waiting)
        for note in notes_on(threads * processes):
            progress.say(f"stylecore: {note}")
        return local_crew(processes)

    def network(self, settings: Settings, progress: Progress) -> Path:
        """The folder of a network for settings, fetched and built where it is not there yet.

        Raises:
            StylecoreError: where there is none to be had.
        """
        return artefact_for(settings, self.model, self.offline, progress)


def hush() -> None:
    """Keep Dask from writing to the terminal: what matters is raised."""
    with suppress(ImportError):
        importlib.import_module("distributed")  # it sets levels of its own
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _cluster(scheduler: str, progress: Progress) -> Crew:
    from ..batch.cluster import ClusterCrew

    hush()
    crew = ClusterCrew(scheduler)
    if not crew.hands:
        progress.say(f"stylecore: {scheduler} has no workers yet; waiting for them")
    return crew
