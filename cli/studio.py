"""Pictures and films that networks paint, one after another; a bad one is passed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import typer

from ..errors import StylecoreError
from .common import Carried, metadata_of
from .errors import FAILED, complain, how_it_ended, native_silence, while_reading
from .media import Item, Target
from .outputs import Outputs
from .rescue import placed
from .signals import LISTENER
from .sound import carry_sound
from .standard import STANDARD, named
from .tally import Pace, Tally

if TYPE_CHECKING:
    from ..feedforward.filming import Filmed
    from ..feedforward.styler import Styler


@dataclass
class Studio:
    """What paints items, and how it has gone.

    Attributes:
        outputs: by which results are written.
        target: where they go.
        tally: shows how far it is.
        size: pixels of the longest side, or None for each its own.
        metadata: what of a picture's notes is carried along.
        done: where the results lie.
        failed: how many could not be painted.
        told: what was said of files while they were read.
    """

    outputs: Outputs
    target: Target
    tally: Tally
    size: int | None
    metadata: Carried
    done: list[Path] = field(default_factory=list[Path])
    failed: int = 0
    told: list[str] = field(default_factory=list[str])
    _started: float = 0.0
    _filmed: Filmed | None = None
    _in_part: Path | None = None

    def expect(self, items: list[Item]) -> None:
        """Make sure that the file that was named, if one was, can be written.

        Raises:
            StylecoreError: where it cannot, or is an input.
        """
        if self.target.named is not None:
            self._expect(self.target.named, items[0])

    def paint_all(self, items: list[Item], styler: Styler) -> None:
        """Paint one after another; of several a bad one is named and passed over.

        Args:
            items: what to paint.
            styler: paints it.

        Raises:
            StylecoreError: where the only one is bad.
            typer.Exit: where a signal ends it, once that is said.
        """
        self._started, pace = perf_counter(), Pace()
        for number, item in enumerate(items):
            far = f" ({pace.text(number, len(items))})" if len(items) > 1 else ""
            self.tally.begin(f"{item.source.name}{far}")
            try:
                self._paint(item, styler)
            except (Exception, KeyboardInterrupt) as end:
                self._after(end, item, len(items))
            if len(items) > 1:
                LISTENER.go_on()

    def summary(self, engine: str) -> str:
        """What was made, and how long that took."""
        seconds = perf_counter() - self._started
        if len(self.done) != 1:
            folder = self.target.output or Path()
            return f"{folder}: {len(self.done)} results in {seconds:.1f} s, {engine}"
        if self._filmed is None:
            return f"{named(self.done[0])}: {seconds:.1f} s, {engine}"
        frames = self._filmed.frames
        rate = f"{frames / seconds:.1f} a second"
        return f"{self.done[0]}: {frames} frames in {seconds:.1f} s, {rate}, {engine}"

    def _after(self, end: BaseException, item: Item, count: int) -> None:
        """Say what ended an item; go on to the next one, unless nobody wants that."""
        words, status = how_it_ended(end)
        interrupted = isinstance(end, KeyboardInterrupt)
        if self._filmed is not None and self._in_part is not None:
            words = f"{words}; {_frames_of(self._filmed)} are in {self._in_part}"
        elif count == 1 and not interrupted:
            raise end
        elif interrupted:
            there = f"{len(self.done)} results are written" if self.done else "nothing was written"
            words = f"{words}; {there}"
        elif str(item.source) not in words:
            words = f"{item.source}: {words}"
        self.tally.warn(words)
        self.failed += 1
        if interrupted:
            raise typer.Exit(status)

    def _paint(self, item: Item, styler: Styler) -> None:
        self._filmed, self._in_part = None, None
        with self.target.place(item) as place:
            if place != self.target.named:
                self._expect(place, item)
            (self._paint_film if item.film else self._paint_picture)(item.source, place, styler)

    def _expect(self, place: Path, item: Item) -> None:
        if item.film:
            self.outputs.expect_film(place)
        else:
            self.outputs.expect_picture(place)

    def _paint_picture(self, source: Path, place: Path, styler: Styler) -> None:
        with while_reading(self.told):
            sight = styler.read(source, self.size)
        self.outputs.expect_size(place, *sight.colours.shape[:2], alpha=sight.alpha is not None)
        metadata = metadata_of(source, self.metadata)
        picture = styler.paint(sight)
        write = partial(self.outputs.write_picture, picture=picture, metadata=metadata)
        with LISTENER.holding():  # what is written is counted
            where, reason = placed(place, ".png", write)
            self.done.append(where)
        if reason:
            raise StylecoreError(f"{reason}; the picture is in {named(where)}")

    def _paint_film(self, source: Path, place: Path, styler: Styler) -> None:
        from ..feedforward.filming import paint_film

        def watch(filmed: Filmed) -> None:
            self._filmed = filmed
            self.tally.count(filmed.frames, filmed.count, "frame", each=True)

        def finish(painted: Path, filmed: Filmed, whole: bool) -> None:
            LISTENER.finish()
            self._filmed = filmed
            if not whole or filmed.broke_off:
                self._in_part = place
            reason = carry_sound(source, painted, None if whole else filmed.seconds)
            if reason:
                self.tally.say(reason)

        try:
            filmed = paint_film(
                *(source, place, styler),
                size=self.size,
                on_note=self.tally.say,
                on_frame=watch,
                finish=finish,
                opening=native_silence(),
            )
        finally:
            if self._in_part is not None:
                self.done.append(place)
        if filmed.broke_off:
            raise StylecoreError(f"{source} breaks off")
        self.done.append(place)


def _frames_of(filmed: Filmed) -> str:
    return f"the first {filmed.frames}{f' of {filmed.count}' if filmed.count else ''} frames"


def end_with(studio: Studio, count: int, engine: str, *, quiet: bool) -> None:
    """Say what was made of so many items.

    Raises:
        typer.Exit: where some of them could not be painted.
    """
    if not quiet and studio.done:
        typer.echo(studio.summary(engine), err=STANDARD in studio.done)
    if studio.failed:
        complain(f"{studio.failed} of {count} could not be painted as asked for")
        raise typer.Exit(FAILED)
