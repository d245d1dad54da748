"""What a camera sees, painted as it comes, in a window of OpenCV's."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

import cv2
import numpy as np

from ..errors import EngineError
from ..pictures.tensors import Picture
from .film import Film, painted_size, resized
from .styler import Styler, check_size

_KEYS = {27, ord("q")}
"""Escape and q close the window."""


def check_window() -> None:
    """Find out whether a window can be opened here.

    Raises:
        EngineError: where OpenCV was built without windows, or there is no display.
    """
    built = re.search(r"^\s*GUI:\s+(\S+)", cv2.getBuildInformation(), re.MULTILINE)
    if built is None or built[1] == "NONE":
        raise EngineError(
            "this OpenCV has no windows; put another in its place: pip uninstall"
            " opencv-python-headless, then pip install opencv-python"
        )
    unix = sys.platform not in ("win32", "darwin")
    if unix and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise EngineError("there is no display here for a window; paint a film from a file")


def show_camera(
    number: int,
    styler: Styler,
    *,
    title: str,
    size: int | None = None,
    on_frame: Callable[[int, float], object] | None = None,
) -> int:
    """Paint what a camera sees until its window is closed; returns how many frames that was.

    Args:
        number: of the camera, from 0.
        styler: paints the frames.
        title: of the window.
        size: pixels of the longest side; by default the camera's own.
        on_frame: called after every frame with how many there were, and the seconds they took.

    Raises:
        EngineError: where there is no window, or ONNX Runtime fails.
        ImageError: where there is no such camera.
    """
    check_size(size)
    check_window()
    started, done = monotonic(), 0
    with Film(number) as film:
        try:
            for frame in film:
                _show(title, styler.frame(resized(frame, *painted_size(film, size))))
                done += 1
                if on_frame is not None:
                    on_frame(done, monotonic() - started)
                if _is_closed(title):
                    break
        finally:
            cv2.destroyAllWindows()
    return done


def _show(title: str, frame: Picture) -> None:
    cv2.imshow(title, np.ascontiguousarray(frame[..., ::-1]))


def _is_closed(title: str) -> bool:
    pressed: Any = cv2.waitKey(1)
    return pressed & 0xFF in _KEYS or cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) < 1
