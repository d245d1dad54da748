"""Many pictures in one run: by several processes or machines, each picture made once.

``gather`` and ``listing`` find what is to be painted, ``names`` says what the pictures are called,
and ``folder`` keeps them with a ``manifest`` of how each was made. ``run`` gives tasks to a crew:
threads and processes of this machine (``local``) or a Dask cluster (``cluster``), all of them
executors of ``concurrent.futures``. What a worker does is in ``task`` and ``bench``.

May import: control, engine, errors, files, locks, memory, painter, pictures, results, scene,
settings, settingsfile, silence, version; ``cluster``, late: Dask.
"""

from .books import Summary
from .crew import Crew
from .events import Ended, Event, Looked, Noted, Planned, Stepped
from .folder import Folder
from .gather import pictures_of
from .jobs import Job, Pair, paired
from .listing import read_list
from .local import local_crew
from .names import named
from .plan import Networks
from .run import paint_all

__all__ = [
    "Crew",
    "Ended",
    "Event",
    "Folder",
    "Job",
    "Looked",
    "Networks",
    "Noted",
    "Pair",
    "Planned",
    "Stepped",
    "Summary",
    "local_crew",
    "named",
    "paint_all",
    "paired",
    "pictures_of",
    "read_list",
]
