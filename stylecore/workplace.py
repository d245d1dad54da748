"""A folder that one process at a time works in."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from . import files
from .errors import StylecoreError
from .locks import lock


@contextmanager
def held(folder: Path, within: Iterable[str], name: str, what: str) -> Generator[None]:
    """Make a folder where it is not there yet, and keep others out of it during the block.

    Args:
        folder: which.
        within: names of folders that it has.
        name: of the lock in it.
        what: the other process does in it, for the message.

    Raises:
        StylecoreError: for a folder in which nothing can be written, or another is at work.
    """
    try:
        for one in within:
            (folder / one).mkdir(parents=True, exist_ok=True)
        taken = lock(folder / name)
    except (FileExistsError, NotADirectoryError) as error:
        raise StylecoreError(f"{folder} is no folder; give the name of one") from error
    except OSError as error:
        raise StylecoreError(files.unwritable(folder, error)) from error
    if taken is None:
        raise StylecoreError(
            f"another process {what} in {folder}; wait for it, or give another folder"
        )
    try:
        yield
    finally:
        taken.release()
