"""A preview: one small picture file that is kept up to date while a run goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from .cadence import Cadence
from .errors import StylecoreError
from .memory import is_shortage
from .pictures.images import resize, scaled_size, write_image
from .pictures.tensors import Levels, Picture, eight_bits
from .results import Step

LONGEST = 512
"""Pixels of the longer side of a preview."""

EVERY = 2.0
"""Seconds between two previews, at least."""

_SHARE = 0.02
"""Of a run's time that previews may take."""


class Preview:
    """Writes the picture of a step to a file, whole or not at all; given as ``on_step``.

    The first step is shown at once, and then one every two seconds at most, or as seldom as keeps
    the time that it takes below 2 % of the run's. All have one size, so that a viewer that loads
    the file again shows it in one place. What cannot be written is told once, and ends nothing::

        stylize("photo.jpg", "painting.jpg", on_step=Preview("preview.png"))

    Attributes:
        failure: why it could not be written the last time, or nothing.

    Args:
        path: of the file; its suffix names the format.
        longest: pixels of the longer side.
        every: seconds from the end of one writing to the next.
        on_failure: told, once, why it cannot be written.
        write: takes the path and the picture.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        longest: int = LONGEST,
        every: float = EVERY,
        on_failure: Callable[[str], object] | None = None,
        write: Callable[[Path, Picture], object] = write_image,
    ) -> None:
        self.path = Path(path)
        self.failure = ""
        self._longest, self._on_failure, self._write = longest, on_failure, write
        self._cadence = Cadence(every, _SHARE)
        self._begun = self._told = False

    def __call__(self, step: Step) -> None:
        """Show a step, where it is time to."""
        if not self._begun or self._cadence.is_due():
            with self._cadence.writing():
                self._show(step.picture)
        self._begun = True

    def show(self, picture: Levels) -> None:
        """Show a picture (h, w, 3), or with alpha (h, w, 4), now."""
        self._show(lambda: eight_bits(picture))

    def _show(self, shown: Callable[[], Picture]) -> None:
        self.failure = ""
        try:
            picture = shown()
            height, width = scaled_size(picture.shape[0], picture.shape[1], self._longest)
            self._write(self.path, resize(picture, width, height))
        except Exception as error:
            if not isinstance(error, StylecoreError | OSError) and not is_shortage(error):
                raise
            self.failure = str(error) or f"cannot write {self.path}: out of memory"
            if not self._told and self._on_failure is not None:
                self._on_failure(self.failure)
            self._told = True
