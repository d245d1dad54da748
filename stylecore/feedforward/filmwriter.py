"""Films written frame by frame, by whichever encoder this OpenCV has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from ..errors import ImageError
from ..pictures.opencv import QUIET
from ..pictures.tensors import Picture
from .film import SUFFIXES, capture_of, name_for_opencv, silence_ffmpeg

_CODECS = {
    ".avi": ("MJPG", "XVID"),
    ".webm": ("VP80", "VP90"),  # the older one is several times as fast
}
_USUAL_CODECS = ("avc1", "mp4v")
"""H.264 where this OpenCV has an encoder for it, which the wheels for Linux have not."""


class FilmWriter:
    """A film that is written frame by frame.

    Attributes:
        width: of what is written, in pixels.
        height: of it.
        count: how many frames are written.

    Args:
        path: whose suffix names the kind of file.
        rate: frames a second.
        width: of the frames.
        height: of the frames.

    Raises:
        ImageError: for a suffix of another kind, or where this OpenCV cannot write it.
    """

    def __init__(self, path: Path, rate: float, width: int, height: int) -> None:
        check_suffix(path)
        self._path, self.count = path, 0
        name = name_for_opencv(path)
        with QUIET:
            self._writer, whole = _writer(path, name, rate, width, height)
        # Chroma of half the size wants even sides; OpenCV would drop the rest unsaid.
        self.width, self.height = (width, height) if whole else (width & ~1, height & ~1)

    def __enter__(self) -> Self:
        """Open already; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it, so that what was written so far can be played."""
        self._writer.release()

    def write(self, frame: Picture) -> None:
        """Add a frame, (height, width, 3) uint8."""
        bgr = np.ascontiguousarray(frame[: self.height, : self.width, ::-1])
        self.count += 1  # before: a signal that comes meanwhile is heard when the frame is there
        self._writer.write(bgr)

    def check(self) -> None:
        """Make sure, once it is closed, that all of it is there: OpenCV does not tell.

        Raises:
            ImageError: where it is not.
        """
        capture = capture_of(str(self._path))
        capture.set(cv2.CAP_PROP_POS_FRAMES, max(0, self.count - 2))  # the last may be a signal's
        there = capture.isOpened() and capture.read()[0]
        capture.release()
        if not there:
            raise ImageError(
                f"{self._path.parent} did not take all of the film: its last frames cannot be read"
                " again; is the disk full?"
            )


def check_suffix(path: Path) -> None:
    """Make sure that a film can be written to a file of this name.

    Raises:
        ImageError: for another suffix.
    """
    if path.suffix.lower() not in SUFFIXES:
        given = f"suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise ImageError(f"{path} has {given}; give a film one of {', '.join(SUFFIXES)}")


def _writer(path: Path, name: str, rate: float, width: int, height: int) -> tuple[Any, bool]:
    """OpenCV's writer, and whether it takes sides that are odd."""
    silence_ffmpeg()
    suffix = path.suffix.lower()
    if suffix == ".avi" and (width | height) & 1:
        writer: Any = cv2.VideoWriter(
            name, cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height)
        )
        if writer.isOpened():
            return writer, True
    for codec in _CODECS.get(suffix, _USUAL_CODECS):
        size = (width & ~1, height & ~1)
        writer = cv2.VideoWriter(name, cv2.VideoWriter.fourcc(*codec), rate, size)
        if writer.isOpened():
            return writer, False
        writer.release()
    raise ImageError(
        f"OpenCV {cv2.__version__} cannot write {path} with {width}×{height} pixels; give a name"
        " that ends in .avi or .mp4"
    )
