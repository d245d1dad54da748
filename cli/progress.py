"""What a run shows of itself on stderr: a bar on a terminal, a few lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import typer

from .bars import bar_on, start

if TYPE_CHECKING:
    from rich.console import Console

    from ..models.training.trainer import TrainingStep
    from ..results import Step
    from ..strength.pilots import PilotStep
    from ..underway import Underway

_MINUTE = 60.0


class Progress:
    """Shows nothing; the others show how far a run has come."""

    def __enter__(self) -> Self:
        """Begin to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the screen tidy."""

    def say(self, line: str) -> None:
        """Show a line that the user should read."""

    def fetched(self, done: int, total: int) -> None:
        """Show how many bytes of a download are here, of how many (0: unknown)."""

    def calibrating(self, step: PilotStep) -> None:
        """Show a step of the pilots that a strength is found by."""

    def step(self, step: Step) -> None:
        """Show a step of the run."""

    def underway(self, part: Underway) -> None:
        """Show a part of what is done between steps."""

    def trained(self, step: TrainingStep) -> None:
        """Show a step of a training."""


class Lines(Progress):
    """One line on stderr per scale, for logs and pipes; of long steps one a minute."""

    def __init__(self) -> None:
        self._told = time.monotonic()
        self._last: Step | None = None
        self._seconds = 0.0
        self._fetching = False

    def __exit__(self, *_: object) -> None:
        """Write the line of the last scale."""
        self._end_scale()

    def say(self, line: str) -> None:
        """Write the line."""
        self._told = time.monotonic()
        typer.echo(line, err=True)

    def fetched(self, done: int, total: int) -> None:  # noqa: ARG002
        """Write a line at the beginning."""
        if not self._fetching:
            self.say(fetching_text(total))
        self._fetching = True

    def calibrating(self, step: PilotStep) -> None:
        """Write a line at the beginning."""
        if step.pilot == step.step == 1:
            self.say(calibrating_text(step))

    def step(self, step: Step) -> None:
        """Write a line when the scale before has ended."""
        if self._last is not None and self._last.scale != step.scale:
            self._end_scale()
        self._last = step
        self._seconds += step.seconds

    def underway(self, part: Underway) -> None:
        """Write a line where none was written for a minute."""
        if time.monotonic() - self._told >= _MINUTE:
            self.say(f"{part.width}×{part.height}: {part_text(part)}")

    def _end_scale(self) -> None:
        if self._last is not None:
            steps = f"{self._last.step} steps in {self._seconds:.1f} s"
            self.say(f"{scale_text(self._last)}: {steps}, loss {self._last.loss:.4g}")
        self._last, self._seconds = None, 0.0


class Bar(Progress):
    """One bar for the download and one for the whole run; it disappears at the end."""

    def __init__(self, console: Console | None = None) -> None:
        self._bar = bar_on(console)
        self._task = self._bar.add_task("preparing", total=None, detail="")
        self._began: float | None = None
        self._fetching = False
        self._size, self._said, self._until = (0, 0), "", 0.0

    def __enter__(self) -> Self:
        """Show the bar."""
        start(self._bar)
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def say(self, line: str) -> None:
        """Write the line above the bar."""
        self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def fetched(self, done: int, total: int) -> None:
        """Move the bar to the share of bytes that are here, with a line above it to stay."""
        if not self._fetching:
            self.say(fetching_text(total))
        self._fetching = True
        size = f" of {megabytes(total)}" if total else ""
        left = self._bar.tasks[0].time_remaining
        self._bar.update(
            self._task,
            description="fetching",
            completed=done,
            total=total or None,
            detail=f"{megabytes(done)}{size}" + ("" if left is None else f"  {clock(left)} left"),
        )

    def calibrating(self, step: PilotStep) -> None:
        """Move the bar to the share of the pilots' steps that is over."""
        self._bar.update(
            self._task,
            description=f"calibrating strength {step.strength:g}",
            completed=(step.pilot - 1) * step.steps + step.step,
            total=step.pilots * step.steps,
            detail=f"pilot {step.pilot}  {clock(step.remaining)} left",
        )

    def step(self, step: Step) -> None:
        """Move the bar to the share of time that is over: steps grow slower scale by scale."""
        now = time.monotonic()
        if self._began is None:
            self._began = now - step.seconds
        self._said = f"step {step.step}/{step.steps}  loss {step.loss:.4g}  "
        self._size, self._until = (step.width, step.height), now + step.remaining
        self._bar.update(
            self._task,
            description=scale_text(step),
            completed=now - self._began,
            total=now - self._began + max(step.remaining, 0.0),
            detail=f"{self._said}{clock(step.remaining)} left",
        )

    def underway(self, part: Underway) -> None:
        """Show the part, beside what the last step of its scale has told; time goes on."""
        now = time.monotonic()
        if self._began is None:
            self._began = now - part.seconds
        if self._size != (part.width, part.height):
            self._size, self._said = (part.width, part.height), ""
            self._bar.update(self._task, description=f"{part.width}×{part.height}")
        self._bar.update(
            self._task,
            completed=now - self._began,
            total=max(self._until, now + part.remaining) - self._began,
            detail=f"{self._said}{part_text(part)}",
        )

    def trained(self, step: TrainingStep) -> None:
        """Move the bar to the share of the training that is over."""
        self._bar.update(
            self._task,
            description=f"training on {step.side} pixels",
            completed=step.progress,
            total=1.0,
            detail=f"step {step.step}  loss {step.losses['loss']:.4g}  "
            f"{clock(step.remaining)} left",
        )


def progress_for(*, quiet: bool) -> Progress:
    """What suits the place where stderr goes."""
    if quiet:
        return Progress()
    return Bar() if sys.stderr.isatty() else Lines()


def part_text(part: Underway) -> str:
    """Tell of a part: ``step: part 12 of 80, 1:05 left``."""
    return f"{part.what}: part {part.done} of {part.total}, {clock(part.remaining)} left"


def scale_text(step: Step) -> str:
    """Name a scale and its size: ``scale 2/4 256×192``."""
    return f"scale {step.scale}/{step.scales} {step.width}×{step.height}"


def calibrating_text(step: PilotStep) -> str:
    """Say that a strength is being calibrated: ``finding the weights for strength 0.5, …``."""
    return f"finding the weights for strength {step.strength:g}, by {step.pilots} pilots at most"


def minute_text(steps: Sequence[TrainingStep]) -> str:
    """Tell of some steps of a training: ``4:00, step 812: loss 0.231 (content 0.07, …)``."""
    last = steps[-1]
    means = {name: sum(step.losses[name] for step in steps) / len(steps) for name in last.losses}
    loss = means.pop("loss")
    parts = ", ".join(f"{name} {mean:.3g}" for name, mean in means.items() if mean)
    left = f"{clock(last.remaining)} left"
    return f"{clock(last.seconds)}, step {last.step}: loss {loss:.4g} ({parts}), {left}"


def fetching_text(total: int) -> str:
    """Say what is being fetched and how large it is, in bytes (0: unknown)."""
    size = f" ({megabytes(total)})" if total else ""
    return f"fetching the weights of VGG-19{size}; they are kept for the next time"


def clock(seconds: float) -> str:
    """Write a duration as 0:07, 12:30 or 1:02:03."""
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def megabytes(count: int) -> str:
    """Write a number of bytes as 18.5 MB."""
    return f"{count / 1e6:.1f} MB"
