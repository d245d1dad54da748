"""Films as OpenCV reads them: frames in RGB, upright, one after another."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from .. import files
from ..errors import ImageError
from ..pictures.formats.signatures import is_still
from ..pictures.opencv import QUIET
from ..pictures.sizes import resize, scaled_size
from ..pictures.tensors import Picture

SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".avi", ".webm")
"""Of the files that are written."""

READ_SUFFIXES = (*SUFFIXES, ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".ts", ".mts", ".m2ts", ".ogv")

WANTED = "give an MP4, MOV, MKV, AVI or WebM file"

_STARTS = (
    b"\x1aE\xdf\xa3",  # Matroska and WebM
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, which WMV is
    b"\0\0\1\xba",  # MPEG
    b"\0\0\1\xb3",
    b"OggS",
)
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
_PACKET = 188
"""Bytes of a packet of an MPEG transport stream; each begins with a G."""

_LOG_LEVEL = "OPENCV_FFMPEG_LOGLEVEL"
"""FFmpeg inside of OpenCV takes it from the environment when it is first needed."""

_USUAL_RATE, _HIGHEST_RATE = 25.0, 1000.0


def is_film(path: Path) -> bool:
    """Whether a file is a film of a known kind, by its first bytes.

    What else FFmpeg takes for films, such as lists of addresses, is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(2 * _PACKET + 1)
    except (OSError, ValueError):
        return False
    if data[4:8] in _BOXES:
        return not is_still(data)
    stream = data[::_PACKET] == b"GGG"
    return stream or data.startswith(_STARTS) or (data[:4] == b"RIFF" and data[8:12] == b"AVI ")


class Film:
    """A film that is read once, frame by frame.

    Attributes:
        path: of the file.
        width: of a frame, in pixels, turned upright.
        height: of it.
        rate: frames a second.
        count: how many frames the file says that it has; 0 where it does not.
        notes: what was assumed of it, as lines.

    Args:
        source: the path of a film, or the number of a camera.

    Raises:
        ImageError: for a file that is no film, or of a kind that cannot be read here.
    """

    def __init__(self, source: Path | int) -> None:
        self.path = source
        self._capture = _opened(source)
        self._next = self._read()
        if self._next is None:
            self.close()
            raise ImageError(f"{_named(source)} gives no frame; {WANTED}")
        self.height, self.width = self._next.shape[:2]
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = int(count) if 0 < count < 1 << 40 else 0
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        known = math.isfinite(rate) and 0 < rate <= _HIGHEST_RATE
        self.rate = float(rate) if known else _USUAL_RATE
        self.notes: list[str] = []
        if not known:
            self.notes.append(
                f"{_named(source)} does not say how many frames a second it has: {_USUAL_RATE:g}"
            )

    def __enter__(self) -> Self:
        """Open already; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __iter__(self) -> Iterator[Picture]:
        """The frames, each (height, width, 3) uint8."""
        while self._next is not None:
            frame, self._next = self._next, None
            yield frame
            self._next = self._read()

    def close(self) -> None:
        """Let go of the file or camera."""
        self._capture.release()

    def _read(self) -> Picture | None:
        there, frame = self._capture.read()
        return np.ascontiguousarray(frame[..., ::-1]) if there else None


def painted_size(film: Film, size: int | None) -> tuple[int, int]:
    """Height and width of painted frames: the film's own, or of a longest side."""
    return (film.height, film.width) if size is None else scaled_size(film.height, film.width, size)


def resized(frame: Picture, height: int, width: int) -> Picture:
    """A frame (h, w, 3) uint8 at another size."""
    same = frame.shape[:2] == (height, width)
    return frame if same else np.asarray(resize(frame, width, height), np.uint8)


def _opened(source: Path | int) -> Any:
    if isinstance(source, int):
        capture = capture_of(source)
    elif not source.is_file():
        raise ImageError(f"{files.missing(source)}; {WANTED}")
    elif not is_film(source):
        raise ImageError(f"{source} is no film that can be read here; {WANTED}")
    else:
        capture = capture_of(name_for_opencv(source))
    if not capture.isOpened():
        capture.release()
        raise ImageError(f"{_named(source)} cannot be opened by OpenCV {cv2.__version__}; {WANTED}")
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def name_for_opencv(path: Path) -> str:
    """A path as OpenCV takes it, which ends the process where that is not UTF-8.

    Raises:
        ImageError: for such a path.
    """
    name = str(path)
    if any("\udc80" <= letter <= "\udcff" for letter in name):
        raise ImageError(f"{name} is not UTF-8, which OpenCV cannot open; give it another name")
    return name


def capture_of(source: str | int) -> Any:
    """OpenCV's reader; neither it nor FFmpeg in it writes anything to stderr."""
    silence_ffmpeg()
    with QUIET:
        backends: Any = cv2.videoio_registry
        if isinstance(source, str) and cv2.CAP_FFMPEG in backends.getBackends():
            return cv2.VideoCapture(source, cv2.CAP_FFMPEG)  # others talk of what is damaged
        return cv2.VideoCapture(source)


def silence_ffmpeg() -> None:
    """Keep FFmpeg in OpenCV from writing to stderr, unless somebody asked it to."""
    os.environ.setdefault(_LOG_LEVEL, "-8")


def _named(source: Path | int) -> str:
    return f"camera {source}" if isinstance(source, int) else str(source)
