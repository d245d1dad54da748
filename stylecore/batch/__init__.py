"""Many pictures in one run: by several processes or machines, each picture made once.

``gather`` and ``listing`` find what is to be painted, ``names`` says what the pictures are called,
and ``folder`` keeps them with a ``manifest`` of how each was made. ``run`` gives tasks to a crew:
threads and processes of this machine (``local``) or a Dask cluster (``cluster``), all of them
executors of ``concurrent.futures``. What a worker does is in ``task``, ``bench`` and ``inside``.

May import: checkpoints, engine, errors, files, locks, memory, painter, pictures, provenance,
results, scene, settings, settingsfile, silence, version; ``cluster``, late: Dask.
"""
