"""An order carried out: painted, watched, delivered, and gone on with where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import typer

from ..engine.cores import notes_on
from ..errors import StylecoreError
from ..results import Interrupted, UnfinishedError
from .common import metadata_of
from .delivery import Delivery
from .dryrun import tell_plan
from .errors import FAILED, complain, how_it_ended, while_reading
from .life import going_on_without, note_output, watching, where_it_goes_on
from .opening import opening
from .order import Manner, Order
from .painters import mixed_style, open_painter, read_fine
from .progress import Progress, progress_for
from .signals import LISTENER
from .standard import named

if TYPE_CHECKING:
    from ..checkpoints.checkpoint import Checkpoint
    from ..painter import Painter
    from ..results import Result, Step
    from ..scene import Scene


def carry_out(
    order: Order,
    how: Manner,
    reads: Sequence[Path] = (),
    check: Callable[[Painter], object] | None = None,
) -> None:
    """Paint a picture and deliver it, or what there is of it when something ends the run.

    Args:
        order: what is painted.
        how: it is done.
        reads: what the command reads besides.
        check: looks at the painter before it paints, and raises where it is the wrong one.

    Raises:
        Exit: with the status of a run that ended early.
        StylecoreError: for what cannot be done.
    """
    if how.dry_run:
        return tell_plan(order, how, reads)
    with opening(order, how, reads) as (outputs, checkpoint, picture):
        metadata = metadata_of(order.content, how.metadata, how.no_metadata)
        delivery = Delivery(outputs, picture, how.report, how.save_every, metadata)
        delivery.expect(order.settings.steps, order.settings.depth)
        note_output(picture, checkpoint)
        result = _painted(order, how, delivery, checkpoint, check)
        _deliver(result, delivery)
        if checkpoint is not None:
            checkpoint.remove()
    if not how.quiet:
        told = [*notes_on(order.settings.threads), checkpoint and checkpoint.failure]
        _say(result.report, told, delivery)
    return None


def _painted(
    order: Order,
    how: Manner,
    delivery: Delivery,
    checkpoint: Checkpoint | None,
    check: Callable[[Painter], object] | None,
) -> Result:
    started, fine = perf_counter(), None
    with while_reading(delivery.warnings):
        inputs = order.inputs()
        scene = order.read(inputs, quiet=how.quiet)
        if order.fine_style is not None:
            fine = read_fine(order.fine_style)
    delivery.expect_size(scene)
    if len(order.styles) > 1 and not how.quiet:
        complain(_roles(order.content, order.styles))
    try:
        with progress_for(quiet=how.quiet) as progress:
            if checkpoint is not None:
                checkpoint.on_failure = partial(going_on_without, progress)
            painter = open_painter(order.settings, how.model, how.offline, progress)
            if check is not None:
                check(painter)
            if fine is not None:
                mixed = mixed_style(order, fine, painter, progress, checkpoint)
                with while_reading(delivery.warnings):
                    scene = order.read(inputs, [mixed, *order.styles[1:]], quiet=how.quiet)
            result = _watched(scene, how, delivery, painter, progress, checkpoint, started)
            LISTENER.finish()
            return result
    except (KeyboardInterrupt, UnfinishedError) as end:
        raise typer.Exit(_keep_best(end, delivery, checkpoint)) from None


def _watched(
    scene: Scene,
    how: Manner,
    delivery: Delivery,
    painter: Painter,
    progress: Progress,
    checkpoint: Checkpoint | None,
    started: float,
) -> Result:
    """Paint, while everybody who wants to look on does, until the last picture."""
    preview = how.life.previewing(delivery.outputs, scene.settings.size, progress)
    on_step = watching(progress.step, _keeping(delivery, progress), preview)
    try:
        result = painter.paint(
            scene,
            on_step,
            started=started,
            checkpoint=checkpoint,
            on_pilot=progress.calibrating,
            on_way=progress.underway,
        )
    except (Interrupted, UnfinishedError) as end:
        if preview is not None:
            preview.show(end.result.picture)
        raise
    if preview is not None:
        preview.show(result.picture)
    return result


def _roles(content: Path, styles: Sequence[Path]) -> str:
    """Which picture is what: a wildcard of photographs makes styles of all but one."""
    return (
        f"{content} is painted in a blend of {len(styles)} styles: {', '.join(map(str, styles))};"
        " to paint several photographs, take `stylecore batch`"
    )


def _keeping(delivery: Delivery, progress: Progress) -> Callable[[Step], None] | None:
    """Keeps the pictures on the way that were asked for, where it can."""
    if not delivery.every:
        return None
    told = False

    def keep(step: Step) -> None:
        nonlocal told
        if step.done % delivery.every == 0:
            try:
                delivery.keep(step.done, step.picture())
            except (StylecoreError, OSError) as error:
                if not told:  # the next ones will fail for the same reason
                    going_on_without(progress, str(error))
                told = True

    return keep


def _deliver(result: Result, delivery: Delivery) -> None:
    """Write the results; one that is not where it should be is said, and fails the command."""
    where, failures = delivery.write(result)
    if failures:
        complain("; ".join([*failures, f"the picture is in {named(where)}"]))
        raise typer.Exit(FAILED)


def _keep_best(
    end: KeyboardInterrupt | UnfinishedError, delivery: Delivery, checkpoint: Checkpoint | None
) -> int:
    """Write what there is of a run that ended early, say so, and return the exit status."""
    best: Result | None = getattr(end, "result", None)
    LISTENER.finish()
    where, failures = (None, []) if best is None else delivery.write(best)
    words, status = how_it_ended(end)
    there = where_it_goes_on(checkpoint)
    if where is None:
        complain("; ".join([f"{words} before there was a picture; nothing was written", *there]))
    else:
        best_is = f"the best picture so far is in {named(where)}"
        complain("; ".join([words, *failures, best_is, *there]))
    return FAILED if failures else status


def _say(report: Mapping[str, Any], told: Sequence[str | None], delivery: Delivery) -> None:
    """Say what the user should know, but for what was told already, and where the picture is."""
    for warning in report.get("warnings", ()):
        if warning not in told:
            complain(warning)
    typer.echo(_summary(delivery.picture, report), err=delivery.on_standard_output)


def _summary(path: Path, report: Mapping[str, Any]) -> str:
    engine, seconds = report["engine"], report["seconds"]["total"]
    return f"{named(path)}: {seconds:.1f} s, {engine['name']} in {engine['precision']}"
