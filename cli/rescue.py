"""Results that cannot be written where they should go: the next best place takes them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import StylecoreError

_LONGEST = 60
"""Letters of the name that are kept; no file system refuses that many."""


def placed(path: Path, suffix: str, write: Callable[[Path], object]) -> tuple[Path, str]:
    """Write a result where it was asked for, otherwise beside that or in the temporary folder.

    Args:
        path: where it was asked for.
        suffix: of the names of the other places, one that can hold whatever it is.
        write: writes it to a path, whole or not at all.

    Returns:
        Where it lies, and why it is not at the path; nothing where it is there.

    Raises:
        StylecoreError: when none of these takes it.
    """
    try:
        write(path)
        return path, ""
    except StylecoreError as error:
        reason = str(error).partition("; ")[0]  # the advice comes too late
    except OSError as error:  # the current folder itself may be gone
        reason = f"cannot write {path}: {error.strerror}"
    for other in _others(path, suffix):
        with suppress(StylecoreError, OSError):
            write(other)
            return other, reason
    raise StylecoreError(f"{reason}; no other place took it either, so it is lost")


def _others(path: Path, suffix: str) -> Iterator[Path]:
    """A new name beside the path, and one in a new folder among the temporary ones."""
    stem = f"{path.stem[:_LONGEST]}-rescued"
    numbers = ["", *(f"-{number}" for number in range(2, 100))]
    with suppress(OSError):
        beside = (path.with_name(f"{stem}{number}{suffix}") for number in numbers)
        yield from [name for name in beside if not name.exists()][:1]
    with suppress(OSError):
        yield Path(tempfile.mkdtemp(prefix="stylecore-")) / f"{stem}{suffix}"
