"""WebP: a RIFF file whose chunks hold the picture, its profile and its metadata."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from .. import opencv
from .exif import orientation_of
from .stored import Stored, from_opencv


def open_webp(data: bytes) -> Stored:
    """What a WebP file stores; of an animation the first picture."""
    found = dict(reversed(list(chunks_of(data))))
    return Stored(
        pixels=lambda _: from_opencv(opencv.decode(data)),
        orientation=orientation_of(found.get(b"EXIF", b""), found.get(b"XMP ", b"")),
        colors=found.get(b"ICCP"),
    )


def chunks_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and body of each chunk that is whole."""
    at = 12
    while at + 8 <= len(data):
        name, length = unpack_from("<4sI", data, at)
        if at + 8 + length > len(data):
            return
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
