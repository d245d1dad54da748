"""Pictures by files, folders and wildcards."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from .. import files
from ..errors import ImageError
from ..pictures.formats.signatures import SUFFIXES


def pictures_of(
    words: Iterable[Path], besides: Collection[str] = (), *, once: bool = True
) -> list[Path]:
    """The pictures that words stand for, in the order of the words.

    A folder stands for the pictures in it, by their suffixes, in the order of their names; what
    lies in folders of it does not count. A wildcard, which a shell has not replaced, stands for the
    files that it matches, and ``**`` for folders at any depth. Whatever else is named is taken
    for a file: whether it is there will be seen.

    Args:
        words: paths and wildcards.
        besides: real paths of what is in these folders and is not meant, such as results.
        once: whether a picture that several words stand for comes once alone.

    Raises:
        ImageError: for a folder without a picture, and a wildcard that matches none.
    """
    every = [path for word in words for path in _files_of(word, besides)]
    if not once:
        return every
    found: dict[str, Path] = {}
    for path in every:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _files_of(word: Path, besides: Collection[str]) -> list[Path]:
    if files.is_folder(word):
        found = [path for path in _listed(word) if _is_meant(path, besides)]
        if not found:
            raise ImageError(f"there is no picture in the folder {word}; give another")
        return found
    if files.is_there(word) or not glob.has_magic(str(word)):
        return [word]
    matched = map(Path, sorted(glob.glob(str(word), recursive=True)))  # noqa: PTH207
    found = [path for path in matched if path.is_file() and os.path.realpath(path) not in besides]
    if not found:
        raise ImageError(f"no file matches {word}; give another wildcard, or the paths of pictures")
    return found


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError as error:
        raise ImageError(
            f"cannot look into the folder {folder}: {error.strerror}; give another"
        ) from error


def _is_meant(path: Path, besides: Collection[str]) -> bool:
    if path.name.startswith(".") or path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    return os.path.realpath(path) not in besides
