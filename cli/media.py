"""Pictures and films as they are given, by files and folders, and where the results go."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .. import files
from ..errors import StylecoreError
from .names import place_of
from .standard import STANDARD, given


@dataclass(frozen=True)
class Item:
    """Something to paint.

    Attributes:
        source: the file.
        film: whether it is a film.
    """

    source: Path
    film: bool


@dataclass(frozen=True)
class Target:
    """Where results go.

    Attributes:
        output: the file or the folder that was named, or None for the current folder.
        after: what stands behind the source in new names.
        suffix: of the new names of pictures.
    """

    output: Path | None
    after: Path
    suffix: str

    @property
    def named(self) -> Path | None:
        """The one file that was named, or None where results get new names."""
        return None if self.output is None or files.is_folder(self.output) else self.output

    @contextmanager
    def place(self, item: Item) -> Generator[Path]:
        """The file of one result; a new one that stays empty is removed."""
        from ..feedforward.film import SUFFIXES

        suffix = self.suffix
        if item.film:
            own = item.source.suffix.lower()
            suffix = own if own in SUFFIXES else SUFFIXES[0]
        with place_of(self.output, item.source, [self.after], suffix) as path:
            yield path


def items_of(inputs: Sequence[Path]) -> list[Item]:
    """What is given, with the pictures and films of folders in place of these, by their names.

    Raises:
        StylecoreError: for nothing, or a folder in which there is none.
    """
    from ..feedforward.film import is_film

    if not inputs:
        raise StylecoreError("nothing to paint was given; give pictures, films or folders of them")
    found = [source for one in inputs for source in _files_of(one)]
    return [Item(source, is_film(source)) for source in dict.fromkeys(found)]


@contextmanager
def target_of(
    output: Path | None, inputs: Sequence[Path], items: Sequence[Item], after: Path, suffix: str
) -> Generator[Target]:
    """Where the results go: several of them into a folder, which is made where there is none.

    Raises:
        StylecoreError: for one file that several results would go to, or a folder that cannot be.
    """
    several = len(items) > 1 or any(files.is_folder(one) for one in inputs)
    if not several or output is None or files.is_folder(output):
        yield Target(output, after, suffix)
        return
    if output == STANDARD or output.suffix.lower() in _suffixes() or files.is_there(output):
        what = "standard output" if output == STANDARD else str(output)
        raise StylecoreError(
            f"{what} is one place, and {len(items)} results go there; give a folder"
        )
    try:
        output.mkdir(parents=True)
    except OSError as error:
        raise StylecoreError(files.unwritable(output, error)) from error
    try:
        yield Target(output, after, suffix)
    finally:
        with suppress(OSError):  # there is something in it
            output.rmdir()


def _files_of(given_path: Path) -> list[Path]:
    if not files.is_folder(given_path):
        return [given(given_path)]
    try:
        names = sorted(given_path.iterdir())
    except OSError as error:
        raise StylecoreError(
            f"cannot look into {given_path} ({error.strerror}); give a folder that you may read"
        ) from None
    shown = [path for path in names if not path.name.startswith(".") and path.is_file()]
    found = [path for path in shown if path.suffix.lower() in _suffixes()]
    if not found:
        raise StylecoreError(
            f"there is no picture and no film in {given_path}; give another folder"
        )
    return found


def _suffixes() -> set[str]:
    from ..feedforward.film import READ_SUFFIXES
    from ..pictures.formats.signatures import SUFFIXES

    return {*SUFFIXES, *READ_SUFFIXES}
