"""Where a run's results go, checked before anything is computed in vain."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from .. import files
from ..errors import StylecoreError

if TYPE_CHECKING:
    from ..pictures.tensors import Picture
    from ..results import Result


@dataclass(frozen=True)
class Outputs:
    """The files that a run may write.

    Attributes:
        picture: the finished picture; its suffix names the format.
        report: the report as JSON, or None.
        every: an intermediate picture is kept after each so many steps; 0 keeps none.
    """

    picture: Path
    report: Path | None = None
    every: int = 0

    def check(self, inputs: Sequence[Path], steps: int) -> None:
        """Make sure that everything can be written and that no input is among it.

        Raises:
            StylecoreError: for an output that is an input or that cannot be written.
        """
        from ..pictures.images import check_writable

        if self.every < 0:
            raise StylecoreError(f"--save-every is {self.every}; give 0 or a number of steps")
        for output in self._all(steps):
            _keep_apart(output, inputs)
        if self.report is not None:
            _keep_apart(self.report, [self.picture])
            with _report_errors(self.report):
                files.check_writable(self.report)
        check_writable(self.picture)

    def intermediate(self, step: int) -> Path:
        """The path of the picture kept after a step: ``out.0050.png`` beside ``out.png``."""
        return self.picture.with_name(f"{self.picture.stem}.{step:04}{self.picture.suffix}")

    def write(self, result: Result) -> None:
        """Write the finished picture and, where asked for, the report."""
        from ..pictures.images import write_image

        write_image(self.picture, result.picture)
        if self.report is not None:
            text = json.dumps(result.report, indent=1, ensure_ascii=False) + "\n"
            with _report_errors(self.report):
                files.write_atomically(self.report, text.encode())

    def keep(self, step: int, picture: Picture) -> None:
        """Write an intermediate picture."""
        from ..pictures.images import write_image

        write_image(self.intermediate(step), picture)

    def _all(self, steps: int) -> Iterator[Path]:
        yield self.picture
        if self.report is not None:
            yield self.report
        if self.every:
            yield from map(self.intermediate, range(self.every, steps + 1, self.every))


def free_name(content: Path, styles: Iterable[Path]) -> Path:
    """A name in the current folder that tells the pictures in it and that is not taken yet."""
    stem = "-".join(path.stem for path in (content, *styles))
    first = Path(f"{stem}.png")
    others = (Path(f"{stem}-{number}.png") for number in count(2))
    return next(name for name in chain([first], others) if not name.exists())


@contextmanager
def _report_errors(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise StylecoreError(
            f"cannot write {path}: {error.strerror}; give a path in a folder that you may write to"
        ) from error


def _keep_apart(output: Path, others: Iterable[Path]) -> None:
    taken = os.path.realpath(output)
    for other in others:
        if os.path.realpath(other) == taken:
            raise StylecoreError(f"{output} would overwrite {other}; give another --output")
