"""The portfolio: the folder in which a search keeps its trials, their pictures and the choices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from .. import files
from ..errors import StylecoreError
from ..pictures.images import encoded_image
from ..pictures.tensors import Levels
from ..workplace import held
from .knobs import Value

TRIALS, CHOICES = "trials", "choices"
_JOURNAL = "trials.journal"
_LOCK = ".tune.lock"
_LETTERS = 8


class Portfolio:
    """A folder.

    Attributes:
        folder: which.

    Args:
        folder: it need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def held(self) -> AbstractContextManager[None]:
        """Make the folder where it is not there yet, and keep other searches out of it.

        Raises:
            StylecoreError: for one in which nothing can be written, or another is at work.
        """
        return held(self.folder, (TRIALS, CHOICES), _LOCK, "tunes")

    @property
    def journal(self) -> Path:
        """Of all trials."""
        return self.folder / _JOURNAL

    def picture(self, key: str, values: Mapping[str, Value]) -> Path:
        """Where the picture of a trial lies.

        Args:
            key: of the search.
            values: that were tried.
        """
        return self.folder / TRIALS / f"{name_of(key, values)}.png"

    def keep(self, key: str, values: Mapping[str, Value], picture: Levels) -> None:
        """Write the picture of a trial.

        Raises:
            StylecoreError: where it cannot be written.
        """
        place = self.picture(key, values)
        try:
            files.write_atomically(place, encoded_image("picture.png", picture))
        except OSError as error:
            raise StylecoreError(files.unwritable(place, error)) from error


def name_of(key: str, values: Mapping[str, Value]) -> str:
    """What the files of a trial are called, whatever its number is."""
    text = json.dumps([key, dict(values)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LETTERS]
