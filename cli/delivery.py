"""Where the results of one run of ``stylize`` go: the picture, a report, pictures on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import StylecoreError
from .names import beside
from .outputs import Outputs
from .rescue import placed
from .standard import STANDARD

if TYPE_CHECKING:
    from ..pictures.notes import Metadata
    from ..pictures.tensors import Picture
    from ..results import Result
    from ..scene import Scene


@dataclass(frozen=True)
class Delivery:
    """The files that a run may write.

    Attributes:
        outputs: by which they are written.
        picture: the finished picture; its suffix names the format.
        report: the report as JSON, or None.
        every: an intermediate picture is kept after each so many steps; 0 keeps none.
        metadata: what the finished picture carries besides its pixels; how it was made is added.
            None for nothing at all.
        warnings: what was said of files while they were read; the report has it too.
    """

    outputs: Outputs
    picture: Path
    report: Path | None = None
    every: int = 0
    metadata: Metadata | None = None
    warnings: list[str] = field(default_factory=list[str])

    @property
    def on_standard_output(self) -> bool:
        """Whether standard output is taken, so that nothing else may go there."""
        return STANDARD in (self.picture, self.report)

    def expect(self, steps: int, depth: int = 8) -> None:
        """Make sure that all of it can be written.

        Args:
            steps: of the run.
            depth: bits of a channel of the finished picture.

        Raises:
            StylecoreError: for an output that is an input or that cannot be written.
        """
        if self.every < 0:
            raise StylecoreError(f"--save-every is {self.every}; give 0 or a number of steps")
        if self.every and self.picture == STANDARD:
            raise StylecoreError("--save-every needs a file to put pictures beside; give --output")
        self.outputs.expect_picture(self.picture, depth)
        if self.every:
            for step in range(self.every, steps + 1, self.every):
                self.outputs.expect(self._intermediate(step))
        if self.report is not None:
            self.outputs.expect_text(self.report)

    def expect_size(self, scene: Scene) -> None:
        """Make sure that the finished picture's format holds as many pixels as a scene has.

        Raises:
            StylecoreError: where it does not.
        """
        depth, alpha = scene.settings.depth, scene.finish.alpha is not None
        self.outputs.expect_size(self.picture, scene.height, scene.width, depth, alpha=alpha)

    def keep(self, step: int, picture: Picture) -> None:
        """Write an intermediate picture.

        Raises:
            StylecoreError: where it cannot be written.
        """
        self.outputs.write_picture(self._intermediate(step), picture)

    def write(self, result: Result) -> tuple[Path, list[str]]:
        """Write the finished picture and, where asked for, the report.

        Returns:
            Where the picture lies, and what went wrong.

        Raises:
            StylecoreError: where no place takes them.
        """
        metadata = self.metadata and replace(self.metadata, made=result.made)
        place = partial(self.outputs.write_picture, picture=result.picture, metadata=metadata)
        where, reason = placed(self.picture, ".png", place)
        failures = [reason] if reason else []
        if self.report is not None:
            text = json.dumps(self._report_of(result), indent=1, ensure_ascii=False) + "\n"
            place = partial(self.outputs.write_text, text=text)
            there, reason = placed(self.report, ".json", place)
            failures += [f"{reason}; the report is in {there}"] if reason else []
        return where, failures

    def _report_of(self, result: Result) -> Mapping[str, Any]:
        if not self.warnings:
            return result.report
        warnings = [*self.warnings, *result.report.get("warnings", ())]
        return {**result.report, "warnings": warnings}

    def _intermediate(self, step: int) -> Path:
        """The path of the picture kept after a step: ``out.0050.png`` beside ``out.png``."""
        return beside(self.picture, f"{step:04}")
