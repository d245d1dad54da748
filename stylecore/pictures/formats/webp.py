"""WebP: a RIFF file whose chunks hold the picture, its profile and its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from struct import pack, unpack_from

from .. import opencv
from .exif import orientation_of
from .stored import Stored, from_opencv

HAS_PROFILE, HAS_EXIF, HAS_XMP, _HAS_ALPHA = 0x20, 0x08, 0x04, 0x10


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


def extended(chunks: Iterable[tuple[bytes, bytes]], flags: int) -> list[tuple[bytes, bytes]]:
    """The chunks in the extended form, whose header says by flags what there is besides."""
    (name, body), *others = chunks
    if name == b"VP8X":
        return [(name, bytes([body[0] | flags]) + body[1:]), *others]
    width, height, alpha = _size(name, body)
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    flags |= _HAS_ALPHA if alpha else 0
    return [(b"VP8X", bytes([flags, 0, 0, 0]) + sides), (name, body), *others]


def joined(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A file of these chunks."""
    body = b"".join(name + pack("<I", len(one)) + one + bytes(len(one) % 2) for name, one in chunks)
    return b"RIFF" + pack("<I", 4 + len(body)) + b"WEBP" + body


def _size(name: bytes, body: bytes) -> tuple[int, int, bool]:
    """Width, height and whether there is alpha, of a lossy or lossless bitstream."""
    if name == b"VP8L":
        (bits,) = unpack_from("<I", body, 1)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), bool(bits >> 28 & 1)
    width, height = unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF, False
