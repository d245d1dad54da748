"""A strip carried out: its pictures painted one from another, and delivered side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..errors import SettingsError
from .common import metadata_of
from .errors import FAILED, complain, how_it_ended, while_reading
from .life import going_on_without, note_output, watching, where_it_goes_on
from .names import beside
from .opening import opening
from .order import Manner, Order
from .outputs import Outputs
from .painters import open_painter
from .progress import progress_for
from .rescue import placed
from .signals import LISTENER
from .standard import STANDARD, named

if TYPE_CHECKING:
    from ..checkpoints.checkpoint import Checkpoint
    from ..painter import Painter
    from ..pictures.notes import Metadata as Carried
    from ..results import Result
    from ..scene import Scene


@dataclass(frozen=True)
class Strip:
    """What a strip is.

    Attributes:
        count: how many pictures, ends included.
        each: whether each is written by itself too.
    """

    count: int
    each: bool = False

    def names(self, strip: Path, count: int | None = None) -> list[Path]:
        """Where each of so many pictures goes: ``strip.1.png`` beside ``strip.png``."""
        count = self.count if count is None else count
        return [beside(strip, str(number + 1)) for number in range(count if self.each else 0)]


def carry_out_strip(
    order: Order,
    how: Manner,
    strip: Strip,
    reads: Sequence[Path] = (),
    check: Callable[[Painter], object] | None = None,
) -> None:
    """Paint a strip and deliver it, or what there is of it when something ends it.

    Args:
        order: what is painted, with two styles.
        how: it is done.
        strip: what it is.
        reads: what the command reads besides.
        check: looks at the painter before it paints, and raises where it is the wrong one.

    Raises:
        Exit: with the status of a strip that ended early.
        StylecoreError: for what cannot be done.
    """
    from ..strip import strip_width

    with opening(order, how, reads) as (outputs, checkpoint, place):
        if strip.each and place == STANDARD:
            raise SettingsError("--each needs a file to put pictures beside; give --output")
        for path in (place, *strip.names(place)):
            outputs.expect_picture(path, order.settings.depth)
        scene = _read(order, strip)
        width = strip_width(scene.width, strip.count)
        outputs.expect_size(place, scene.height, width, order.settings.depth)
        for note in () if how.quiet else scene.notes():
            complain(note)
        note_output(place, checkpoint)
        found: list[Result] = []
        metadata = metadata_of(order.content, how.metadata, how.no_metadata)
        write = partial(_write, outputs, place, strip, order, metadata)
        try:
            _paint(scene, order, how, strip, outputs, found, checkpoint, check)
            LISTENER.finish()
        except (Exception, KeyboardInterrupt) as end:
            LISTENER.finish()
            found += _last_of(end, found)
            if not found and not isinstance(end, KeyboardInterrupt):
                raise
            lies, failures = write(found)
            words, status = how_it_ended(end)
            there = where_it_goes_on(checkpoint)
            _say_ended("; ".join([words, *failures]), lies, len(found), there)
            raise typer.Exit(FAILED if failures else status) from None
        lies, failures = write(found)
        if failures:
            complain("; ".join([*failures, f"the strip is in {named(lies)}"]))
            raise typer.Exit(FAILED)
        if checkpoint is not None:
            checkpoint.remove()
    if not how.quiet:
        typer.echo(f"{named(place)}: {strip.count} pictures", err=place == STANDARD)


def _read(order: Order, strip: Strip) -> Scene:
    from ..strip import check_strip

    check_strip(strip.count, order.settings)
    with while_reading():
        return order.read(order.inputs())


def _paint(
    scene: Scene,
    order: Order,
    how: Manner,
    strip: Strip,
    outputs: Outputs,
    found: list[Result],
    checkpoint: Checkpoint | None,
    check: Callable[[Painter], object] | None,
) -> None:
    """Append result after result to what is found, so that an interruption leaves them."""
    from ..strip import paint_strip

    with progress_for(quiet=how.quiet) as progress:
        if checkpoint is not None:
            checkpoint.on_failure = partial(going_on_without, progress)
        painter = open_painter(order.settings, how.model, how.offline, progress)
        if check is not None:
            check(painter)
        preview = how.life.previewing(outputs, order.settings.size, progress)
        on_step = watching(progress.step, preview)
        told = on_step, found.append, checkpoint, progress.calibrating, progress.underway
        paint_strip(painter, scene, strip.count, *told)
        if preview is not None:
            preview.show(found[-1].picture)


def _last_of(end: BaseException, found: Sequence[Result]) -> list[Result]:
    """The picture that was being painted, where it has the size of those that are found."""
    best: Result | None = getattr(end, "result", None)
    if best is None or (found and best.picture.shape != found[0].picture.shape):
        return []
    return [best]


def _write(
    outputs: Outputs,
    place: Path,
    strip: Strip,
    order: Order,
    metadata: Carried | None,
    found: Sequence[Result],
) -> tuple[Path, list[str]]:
    """Write what there is; returns where the strip lies, and what went wrong."""
    from ..provenance.provenance import Provenance
    from ..strip import side_by_side

    if not found:
        return place, []
    if metadata is not None:
        reports = [result.report for result in found]
        made = Provenance.of_strip(reports, order.settings, strip.count)
        metadata = replace(metadata, made=made.to_json())
    pictures = [result.picture for result in found]
    write = partial(outputs.write_picture, metadata=metadata)
    where, reason = placed(place, ".png", partial(write, picture=side_by_side(pictures)))
    failures = [reason] if reason else []
    for path, picture in zip(strip.names(place, len(pictures)), pictures, strict=False):
        there, reason = placed(path, ".png", partial(write, picture=picture))
        failures += [f"{reason}; it is in {there}"] if reason else []
    return where, failures


def _say_ended(words: str, strip: Path, count: int, there: Sequence[str]) -> None:
    if count:
        pictures = "1 picture is" if count == 1 else f"{count} pictures are"
        told = f"{words}; {pictures} in {named(strip)}, the last as far as it came"
    else:
        told = f"{words} before there was a picture; nothing was written"
    complain("; ".join([told, *there]))
