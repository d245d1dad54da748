"""Optimisers set against each other: one objective, one start, one budget, and what comes of it.

``contenders`` are set against each other over ``pairs`` of pictures. Each ``trial`` is one of them
on one ``course``: scales, targets and a start that are the same for all. What a ``race`` over it
gives is a ``run``, which the ``shelf`` keeps; ``sweep`` finds parameters first, and ``comparison``
goes through all of it. ``summary`` judges; ``tables``, ``plots`` and ``page`` are the report.

May import: contract, engine, errors, files, growth, locks, losses, optimizers, painter, pictures,
problem, pyramid, report, scene, settings, settingsfile, silence, workplace; ``plots``, late:
Matplotlib.
"""
