"""OpenCV's decoders and encoders, kept from logging what an exception is about to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..memory import is_shortage
from ..overlap import WhileWanted
from .tensors import Levels

AS_STORED = cv2.IMREAD_UNCHANGED
COLOR = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
_REDUCED = {
    1: COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2 | cv2.IMREAD_IGNORE_ORIENTATION,
    4: cv2.IMREAD_REDUCED_COLOR_4 | cv2.IMREAD_IGNORE_ORIENTATION,
    8: cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION,
}
REDUCTIONS = tuple(sorted(_REDUCED, reverse=True))


class TooManyPixelsError(Exception):
    """More pixels than OpenCV opens."""


def decode(data: bytes | bytearray, flags: int = AS_STORED) -> NDArray[Any] | None:
    """Decode to (H, W) or BGR or BGRA, not turned; None for what OpenCV cannot decode.

    Raises:
        TooManyPixelsError: for more pixels than it opens.
    """
    try:
        with QUIET:
            decoded: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        if "PIXELS" in error.err:
            raise TooManyPixelsError from error
        if is_shortage(error):
            raise
        return None
    return decoded


def decode_reduced(data: bytes | bytearray, reduction: int) -> NDArray[Any] | None:
    """Decode a JPEG to BGR, (⌈H/r⌉, ⌈W/r⌉, 3) for a reduction r of 1, 2, 4 or 8."""
    return decode(data, _REDUCED[reduction])


def can_read(name: str) -> bool:
    """Whether this OpenCV was built with a format, by the name in its build information."""
    built = re.search(rf"^\s*{name}:\s+(\S+)", cv2.getBuildInformation(), re.MULTILINE)
    return built is not None and built[1] != "NO"


def encode(suffix: str, image: Levels, parameters: Sequence[int]) -> bytes | None:
    """Encode RGB or RGBA, of 8 or 16 bits; None for what the format cannot hold."""
    bgr = image[..., ::-1] if image.shape[2] == 3 else image[..., [2, 1, 0, 3]]
    try:
        with QUIET:
            done, encoded = cv2.imencode(suffix, bgr, list(parameters))
    except cv2.error as error:
        if is_shortage(error):
            raise
        return None
    return encoded.tobytes() if done else None


def _logging() -> Any:
    """Where this OpenCV has its log level, which is the whole process's."""
    return cv2 if hasattr(cv2, "setLogLevel") else cv2.utils.logging


def _silence() -> int:
    level: int = _logging().getLogLevel()
    _logging().setLogLevel(0)
    return level


def _let_speak(level: int) -> None:
    _logging().setLogLevel(level)


QUIET = WhileWanted(_silence, _let_speak)
"""Keeps OpenCV from logging, for a ``with`` in any number of threads."""
