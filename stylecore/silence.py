"""Silence of C libraries: what they write to standard error is dropped for a while."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager

from .overlap import WhileWanted

_STDERR = 2


def native_silence() -> AbstractContextManager[None]:
    """Drop what C libraries write to stderr; libpng tells of damage before an exception can.

    It may be nested, and overlap with that of other threads.
    """
    return _SILENCE


def _lead_nowhere() -> int | None:
    """Lead standard error to nowhere; what it was, or None where that cannot be done."""
    kept = None
    try:
        kept = os.dup(_STDERR)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        if kept is not None:
            os.close(kept)
        return None
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)
    return kept


def _lead_back(kept: int | None) -> None:
    if kept is not None:
        os.dup2(kept, _STDERR)
        os.close(kept)


_SILENCE = WhileWanted(_lead_nowhere, _lead_back)
