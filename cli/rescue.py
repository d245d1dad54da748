"""Results that cannot be written where they should go: the next best place takes them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import StylecoreError
from ..memory import is_shortage, let_go
from .standard import STANDARD, named

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
    reason = _tried(path, write)
    if not reason:
        return path, ""
    for other in _others(path, suffix):
        if not _tried(other, write):
            return other, reason
    raise StylecoreError(f"{reason}; no other place took it either, so it is lost")


def _tried(path: Path, write: Callable[[Path], object]) -> str:
    """Write it there; returns why that failed, or nothing."""
    try:
        write(path)
    except StylecoreError as error:
        return str(error).partition("; ")[0]  # the advice comes too late
    except OSError as error:  # the current folder itself may be gone
        return f"cannot write {named(path)}: {error.strerror}"
    except Exception as error:
        if not is_shortage(error):
            raise
        let_go(error)
        return f"cannot write {named(path)}: out of memory"
    return ""


def _others(path: Path, suffix: str) -> Iterator[Path]:
    """A new name beside the path, and one in a new folder among the temporary ones."""
    stem = f"{'stylecore' if path == STANDARD else path.stem[:_LONGEST]}-rescued"
    numbers = ["", *(f"-{number}" for number in range(2, 100))]
    with suppress(OSError):
        beside = (path.with_name(f"{stem}{number}{suffix}") for number in numbers)
        yield from [name for name in beside if not name.exists()][:1]
    with suppress(OSError):
        yield Path(tempfile.mkdtemp(prefix="stylecore-")) / f"{stem}{suffix}"
