"""A checkpoint: kept up while a run goes on, gone on with when the run stopped, and removed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeAlias, cast

from .. import files
from ..cadence import Cadence
from ..errors import CheckpointError
from .archive import Saved, read_archive, write_archive

EVERY = 30.0
"""Seconds between two checkpoints, at least, where nobody says."""

_SHARE = 0.02
"""Of a run's time that checkpoints may take."""

_RATE = 1 / 100e6
"""Seconds a byte, until the first was written: a slow disk."""

Build: TypeAlias = Callable[[], Saved]
"""Makes what a checkpoint holds, of the moment at which this was made."""


class Checkpoint:
    """A file from which a run that stopped goes on, bit for bit as if it had not.

    Give it to `stylize`, `Painter.paint` or `blend_strip`: where the file is there, the run goes on
    with it, and otherwise begins. Several pictures may be painted with one, in the same order each
    time: those that were finished are in it, and are not painted again. At the end of a ``with``
    block that nothing ended early the file is removed::

        with Checkpoint("run.checkpoint") as checkpoint:
            result = stylize("photo.jpg", "painting.jpg", checkpoint=checkpoint)
            write_image("picture.png", result.picture)

    Attributes:
        path: of the file.
        note: what the caller wants to find in it again, ready for JSON.
        failure: why it could not be written the last time, or nothing.
        on_failure: told, once, why it cannot be written; the run goes on without it.

    Args:
        path: of the file.
        every: seconds from one writing to the next; 0 writes after every step. By default 30, and
            as many more as keep the time that it takes below 2 % of the run's.
        on_failure: as above.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        every: float | None = None,
        on_failure: Callable[[str], object] | None = None,
    ) -> None:
        self.path = Path(path)
        self.note: dict[str, Any] = {}
        self.failure = ""
        self.on_failure = on_failure
        self._told = False
        share = _SHARE if every is None else None
        self._cadence = Cadence(EVERY if every is None else every, share, _RATE)
        self._saved: Saved | None = None
        self._latest: Build | None = None
        self._size = 0
        self._done: list[Saved] = []

    def __enter__(self) -> Self:
        """Nothing happens before the first picture."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove the file, unless something ended the block early."""
        if kind is None:
            self.remove()

    def is_there(self) -> bool:
        """Whether there is a file of this name."""
        return files.is_there(self.path)

    def read(self) -> None:
        """Read the file now, where it is there, rather than when the first picture is painted.

        Raises:
            CheckpointError: where it is damaged, or no checkpoint.
        """
        if self._saved is None and self.is_there():
            files.sweep(self.path)
            self._saved = read_archive(self.path)
            note = self._saved.values.get("note")
            self.note = dict(cast("Mapping[str, Any]", note)) if isinstance(note, Mapping) else {}

    def remove(self) -> None:
        """Remove the file: what it was for is done."""
        self._saved = self._latest = None
        with suppress(OSError):
            self.path.unlink()
        files.sweep(self.path)

    # What follows is for those who paint.

    def begin(self) -> tuple[Saved | None, Saved | None]:
        """The next picture begins.

        Returns:
            What is saved of it: where it is finished, and otherwise where it stands.

        Raises:
            CheckpointError: as :meth:`read`.
        """
        self.read()
        number, parts = len(self._done), _parts_of(self._saved, self.path)
        if number < len(parts) - 1:
            return parts[number], None
        self._saved = None  # its arrays are the run's from here on
        stands = parts[number] if number < len(parts) else Saved()
        if not stands.values:
            return None, None
        self._latest = None  # the file has it, and more than this
        return None, stands

    def at(self, build: Build, size: int) -> None:
        """The run stands here; that is written where it is time to.

        Args:
            build: makes what is written, at any later time too.
            size: bytes of that, about.
        """
        self._latest, self._size = build, size
        if self._cadence.is_due(size):
            self._write()

    def finished(self, part: Saved) -> None:
        """The picture is finished; the next one may begin."""
        self._done.append(part)
        self._latest = Saved

    def keep(self) -> None:
        """The run ends early: write where it stands, if that is anywhere new, and let go of it."""
        if self._latest is not None:
            self._write()
            self._latest = None

    def _write(self) -> None:
        assert self._latest is not None
        parts = [*self._done, self._latest()]
        whole = Saved({"note": self.note, "parts": [part.values for part in parts]})
        for number, part in enumerate(parts):
            named = {f"{number}.{name}": array for name, array in part.arrays.items()}
            whole.arrays.update(named)
        try:
            with self._cadence.writing(self._size):
                write_archive(self.path, whole)
            self.failure = ""
        except (CheckpointError, MemoryError) as error:
            reason = str(error) or f"cannot write {self.path}: out of memory"
            if not self._told and self.on_failure is not None:
                self.on_failure(reason)
            self._told, self.failure = True, reason


def _parts_of(saved: Saved | None, path: Path) -> list[Saved]:
    """What is saved of each picture; all but the last are finished."""
    if saved is None:
        return []
    try:
        parts = [Saved(dict(values)) for values in saved.values["parts"]]
        for name, array in saved.arrays.items():
            number, _, rest = name.partition(".")
            parts[int(number)].arrays[rest] = array
    except (IndexError, KeyError, TypeError, ValueError):
        raise CheckpointError(f"{path} {UNLIKE}") from None
    return parts


UNLIKE = "does not hold what a checkpoint should; begin the run anew without it"
