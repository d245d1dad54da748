"""Style transfer in one call: two pictures in, a third out."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Unpack

from .checkpoints.checkpoint import Checkpoint
from .engine.objective import Objective
from .painter import Model, painter_for
from .pictures.sources import Source
from .record import OnStep
from .results import Result
from .scene import Controls, read_scene
from .settings import Settings
from .strength.pilots import OnPilot
from .underway import OnWay


def stylize(
    content: Source,
    style: Source | Iterable[Source],
    *,
    model: Model = None,
    settings: Settings | None = None,
    on_step: OnStep | None = None,
    checkpoint: Checkpoint | None = None,
    on_pilot: OnPilot | None = None,
    on_way: OnWay | None = None,
    **controls: Unpack[Controls],
) -> Result:
    """Paint the content in the manner of the style (Gatys, Ecker & Bethge 2015), coarse to fine.

    Args:
        content: the picture whose things stay recognisable.
        style: the picture, or pictures, whose manner is taken; several are blended, evenly or by
            the settings' ``blend``.
        model: the folder of an artefact, an artefact, or a :class:`Painter`, whose engine then
            counts; by default the artefact that was made on this machine.
        settings: how; by default ``Settings()``.
        on_step: called after every evaluation of the objective.
        checkpoint: from which the run goes on where it was stopped; see :class:`Checkpoint`.
        on_pilot: called after every evaluation of the pilots that a strength is found by.
        on_way: called between the steps of a large picture, which is painted in parts; see
            :class:`Underway`.
        controls: ``regions``, ``keep``, ``content_map`` and ``start``, as in :class:`Controls`.

    Raises:
        ImageError: when a picture or a mask cannot be read or does not fit.
        SettingsError: when the settings do not fit the pictures.
        ModelError: when there is no artefact, or it does not fit the settings.
        EngineError: when ONNX Runtime or the engine asked for is missing.
        CheckpointError: for a checkpoint that is damaged, or of another run.
        Interrupted: on Ctrl-C, once there is a picture.
        UnfinishedError: when anything else ends the run, once there is a picture.
    """
    started = perf_counter()
    settings = settings or Settings()
    scene = read_scene(content, style, settings, **controls)
    painter = painter_for(model, settings)
    return painter.paint(
        scene,
        on_step,
        started=started,
        checkpoint=checkpoint,
        on_pilot=on_pilot,
        on_way=on_way,
    )


def objective_between(
    content: Source,
    style: Source | Iterable[Source],
    *,
    model: Model = None,
    settings: Settings | None = None,
    **controls: Unpack[Controls],
) -> Objective:
    """The objective that a run ends with, at the final size, for an optimiser of your own.

    It has what the run's has: regions, what is kept, colours that are not free. With these it is a
    function of what is painted, and its ``picture`` tells what shows.

    Args:
        content: as in :func:`stylize`.
        style: as in :func:`stylize`.
        model: as in :func:`stylize`.
        settings: as in :func:`stylize`; those of the optimisation do not count.
        controls: as in :func:`stylize`; ``start`` does not count.

    Raises:
        ImageError: as :func:`stylize`, like the errors of model and engine.
    """
    settings = settings or Settings()
    scene = read_scene(content, style, settings, **controls)
    return painter_for(model, settings).objective(scene)
