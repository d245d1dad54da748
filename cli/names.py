"""Names of what a command writes: new ones, those in a folder, and those beside a picture."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

from .. import files
from ..errors import StylecoreError
from .standard import STANDARD

_LONGEST_STEM = 200
"""Bytes: file systems take 255 for a name, and numbers and a suffix come after this."""


@contextmanager
def place_of(
    output: Path | None, content: Path, others: Sequence[Path], suffix: str = ".png"
) -> Generator[Path]:
    """Where a picture goes: the file that was named, or a new one that tells what is in it.

    The new name is in the folder that was named, or the current one. It is taken at once, by an
    empty file, so that no other run takes it; what is still empty at the end is removed.

    Args:
        output: as it was given: a file, a folder, or nothing.
        content: comes first in the name.
        others: come after it.
        suffix: of a new name.

    Raises:
        StylecoreError: for a folder in which no file can be made.
    """
    if output is not None and (output == STANDARD or not files.is_folder(output)):
        yield output
        return
    path = _taken(output or Path(), (content, *others), suffix)
    try:
        yield path
    finally:
        with suppress(OSError):  # the folder may be gone meanwhile
            if path.is_file() and not path.stat().st_size:
                path.unlink()


def new_names(pictures: Iterable[Path], suffix: str = ".png") -> Iterator[Path]:
    """Names that tell the pictures in it: a-b.png, then a-b-2.png and so on."""
    stems = [path.stem for path in pictures]
    share = max(8, (_LONGEST_STEM - len(stems) + 1) // len(stems))
    long = len(b"-".join(map(files.encoded, stems))) > _LONGEST_STEM
    parts = [files.shortened(stem, share) for stem in stems] if long else stems
    stem = files.shortened("-".join(parts), _LONGEST_STEM)
    first = Path(f"{stem}{suffix}")
    return chain([first], (Path(f"{stem}-{number}{suffix}") for number in count(2)))


def beside(path: Path, mark: str) -> Path:
    """The name with a mark before its suffix: ``out.0050.png`` beside ``out.png``."""
    end = f".{mark}{path.suffix}"
    stem = files.shortened(path.stem, files.LONGEST_NAME - len(files.encoded(end)))
    return path.with_name(stem + end)


def _taken(folder: Path, pictures: Iterable[Path], suffix: str) -> Path:
    """The first of the new names that nobody has, now this run's."""
    for name in new_names(pictures, suffix):
        path = folder / name
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise StylecoreError(files.unwritable(path, error)) from error
        return path
    raise AssertionError
