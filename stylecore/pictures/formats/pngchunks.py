"""What PNG files are made of (W3C, third edition, §5): a signature, and chunks with checksums."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By what a header calls the kind of a picture."""

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = CHANNELS


def chunks_of(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The name and body of each chunk that is whole."""
    view = memoryview(data)
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if at + 12 + length > len(data):
            return
        yield name, view[at + 8 : at + 8 + length]
        at += 12 + length


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
