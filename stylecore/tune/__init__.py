"""Settings searched by machine: what a pair of pictures can be, judged by what no run optimises.

``knobs`` is the table of what is searched, ``search`` says how. The ``tuner`` paints trial after
trial by its ``painters`` and judges them; the ``study`` suggests what to try next, and remembers;
the ``portfolio`` is the folder with all of it. ``sheet``, ``page`` and ``report`` show the
``choices``: those of which no other is better in everything.

May import: compare.markup, engine, errors, files, inputs, measures, painter, pictures, pyramid,
report, results, scene, settings, settingsfile, silence, workplace; ``study``, late: Optuna.
"""
