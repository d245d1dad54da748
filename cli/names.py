"""Names of what a command writes: new ones, those in a folder, and those beside a picture."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from .. import files
from ..errors import StylecoreError
from ..locks import Lock, lock
from .standard import STANDARD

_LONGEST_STEM = 200
"""Bytes: file systems take 255 for a name, and numbers and a suffix come after this."""


@contextmanager
def place_of(
    output: Path | None, content: Path, others: Sequence[Path], former: Path | None = None
) -> Generator[Path]:
    """Where a picture goes: the file that was named, or a new one that tells what is in it.

    The new name is in the folder that was named, or the current one. Until the end no other run
    takes it, by a lock beside it, which a process that is killed does not hold on to.

    Args:
        output: as it was given: a file, a folder, or nothing.
        content: comes first in the name.
        others: come after it.
        former: a name that may be taken although there is such a file, rather than a new one.

    Raises:
        StylecoreError: for a folder in which no file can be made.
    """
    if output is not None and (output == STANDARD or not files.is_folder(output)):
        yield output
        return
    path, held = _taken(output or Path(), (content, *others), former)
    try:
        yield path
    finally:
        held.release()


def new_names(pictures: Iterable[Path]) -> Iterator[Path]:
    """Names that tell the pictures in it: a-b.png, then a-b-2.png and so on."""
    stems = [path.stem for path in pictures]
    share = max(8, (_LONGEST_STEM - len(stems) + 1) // len(stems))
    long = len(b"-".join(map(files.encoded, stems))) > _LONGEST_STEM
    parts = [files.shortened(stem, share) for stem in stems] if long else stems
    stem = files.shortened("-".join(parts), _LONGEST_STEM)
    return chain([Path(f"{stem}.png")], (Path(f"{stem}-{number}.png") for number in count(2)))


def beside(path: Path, mark: str) -> Path:
    """The name with a mark before its suffix: ``out.0050.png`` beside ``out.png``."""
    end = f".{mark}{path.suffix}"
    stem = files.shortened(path.stem, files.LONGEST_NAME - len(files.encoded(end)))
    return path.with_name(stem + end)


def _taken(folder: Path, pictures: Iterable[Path], former: Path | None) -> tuple[Path, Lock]:
    """The first of the names that nobody has, now this run's."""
    news = (folder / name for name in new_names(pictures))
    for path in chain([] if former is None else [former], news):
        if files.is_there(path) and path != former:
            continue
        try:
            held = lock(path.with_name(f".{path.name}.lock"))
        except OSError as error:
            raise StylecoreError(files.unwritable(path, error)) from error
        if held is None:
            continue
        if path == former or not files.is_there(path):  # which another run may have made just now
            return path, held
        held.release()
    raise AssertionError
