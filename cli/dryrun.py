"""``--dry-run``: what a run would be, told without painting anything."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from .. import files
from .delivery import Delivery
from .errors import complain, while_reading
from .order import Manner, Order
from .outputs import Outputs, model_files
from .painters import open_painter
from .progress import clock, progress_for
from .standard import STANDARD

if TYPE_CHECKING:
    from ..forecast.plan import RunPlan
    from ..forecast.speed import Speed
    from ..painter import Painter
    from ..scene import Scene
    from .progress import Progress


def tell_plan(order: Order, how: Manner, reads: Sequence[Path] = ()) -> None:
    """Read what a run would read, open what it would open, and tell what it would take.

    Args:
        order: what would be painted.
        how: it would be done.
        reads: what the command reads besides.

    Raises:
        SettingsError: where the run finds no room in memory.
        StylecoreError: for what else could not be done.
    """
    from ..forecast.plan import planned

    outputs = Outputs([*order.paths(), *reads, *model_files(how.model)])
    delivery = _expected(outputs, order, how)
    started = perf_counter()
    with while_reading():
        scene = order.read(order.inputs(), quiet=how.quiet)
    if delivery is not None:
        delivery.expect_size(scene)
    with progress_for(quiet=how.quiet) as progress:
        painter = open_painter(order.settings, how.model, how.offline, progress)
        setup = perf_counter() - started
        fits, limit = painter.fits(scene)
        speed = _speed(painter, scene, progress)
    manifest = painter.artefact.manifest
    plan = planned(scene, manifest, painter.engine, fits, limit, speed, setup)
    if how.report is not None:
        outputs.write_text(how.report, json.dumps(plan.as_dict(), indent=1) + "\n")
    for line in _lines(plan):
        typer.echo(line, err=how.report == STANDARD)
    if order.fine_style is not None and not how.quiet:
        complain(f"mixing {order.fine_style} into the first style comes before, and is not counted")


def _expected(outputs: Outputs, order: Order, how: Manner) -> Delivery | None:
    """Make the checks of a run, which leave nothing behind; the delivery to a file, if to one."""
    delivery = None
    if how.output is not None and not files.is_folder(how.output):
        delivery = Delivery(outputs, how.output, every=how.save_every)
        delivery.expect(order.settings.steps, order.settings.depth)
    if how.report is not None:
        outputs.expect_text(how.report)
    return delivery


def _speed(painter: Painter, scene: Scene, progress: Progress) -> Speed:
    """What was timed on this machine before, or else is now, and kept."""
    from ..forecast.calibration import keep, kept
    from ..forecast.machine import key_of
    from ..forecast.speed import timed

    manifest = painter.artefact.manifest
    key = key_of(painter.engine, manifest)
    speed = kept(key)
    if speed is None:
        progress.say("stylecore: timing a few iterations")
        on_cores = painter.engine.row.device == "cpu"
        threads = painter.engine.threads if on_cores else 0
        speed = timed(painter.objective, scene.settings, manifest.margin, threads)
        if speed.disturbed:
            progress.say("stylecore: others use the cores; seconds are as they are meanwhile")
        else:
            keep(key, speed)
    return speed


def _lines(plan: RunPlan) -> Iterator[str]:
    from ..tiling.fitting import in_words

    sizes = [f"{stage.scale.width}×{stage.scale.height}" for stage in plan.stages]
    width = max(map(len, sizes))
    for size, stage in zip(sizes, plan.stages, strict=True):
        tiles = f"  in tiles of {stage.fit.side}" if stage.fit.side else ""
        yield f"{size:>{width}}  {stage.scale.steps:4} steps  {clock(stage.seconds)}{tiles}"
    if plan.calibration:
        seconds, strength = clock(plan.calibration), plan.settings.strength
        yield f"pilots  for strength {strength:g} come first, {seconds} at most"
    engine = plan.engine
    threads = "1 thread" if engine.threads == 1 else f"{engine.threads} threads"
    yield f"engine  {engine.name} in {engine.precision}, {threads}"
    yield f"time    about {clock(plan.seconds)}"
    peak = "unknown for this engine" if plan.peak is None else f"about {in_words(plan.peak)}"
    granted = "" if math.isinf(plan.limit) else f"; {in_words(plan.limit)} may be held"
    yield f"memory  {peak}{granted}"
    memory = plan.stages[-1].fit.memory
    if memory.half:
        yield f"        L-BFGS remembers {memory.pairs} pairs in half precision"
