"""When memory runs out: which errors say so, and how to give back what a failure holds."""

from __future__ import annotations

import traceback

import cv2

from .errors import EngineError

REMEDY = "give a smaller size, or close other programs"

_TOLD_BY_ENGINES = (
    "failed to allocate",
    "bad_alloc",
    "bad allocation",
    "out of memory",
    "smaller than requested bytes",
)


def is_shortage(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory, by whichever library."""
    if isinstance(error, MemoryError):
        return True
    said = str(error).lower()
    if isinstance(error, RuntimeError):
        return "can't start new thread" in said  # threads want memory of their own
    if isinstance(error, cv2.error):
        return getattr(error, "code", 0) == cv2.Error.StsNoMem or "bad_alloc" in said
    return isinstance(error, EngineError) and any(word in said for word in _TOLD_BY_ENGINES)


def let_go(error: BaseException) -> None:
    """Drop what the calls that an error ended had in their hands: pictures, pairs, features."""
    one: BaseException | None = error
    while one is not None:
        traceback.clear_frames(one.__traceback__)
        one = one.__cause__ or one.__context__
