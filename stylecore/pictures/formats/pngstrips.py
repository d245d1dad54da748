"""PNG written and read in strips of rows, so that a large picture lies in memory only once.

Written: each row filtered in the way that leaves the least (W3C, third edition, §12.7), and all of
them in one stream. Read: a strip of the stream, as it was filtered, is a small PNG of its own
once the row above it stands before it; so OpenCV decodes strip after strip.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from .. import opencv
from ..tensors import Levels
from . import pngchunks as png
from .stored import DAMAGED, UnreadableError, from_opencv

ROWS = 64
"""Of a strip."""

_KINDS = {3: png.RGB, 4: png.RGB_ALPHA}
"""By the channels that are written."""

_EFFORT = 4
"""Of deflate, 1–9: more takes longer, and leaves little less."""


def write_head(image: Levels) -> bytes:
    """Signature and header of a picture (H, W, C)."""
    height, width, channels = image.shape
    depth = 8 * image.itemsize
    body = struct.pack(">2I5B", width, height, depth, _KINDS[channels], 0, 0, 0)
    return png.SIGNATURE + png.chunk(b"IHDR", body)


def write_body(file: IO[bytes], image: Levels) -> None:
    """The pixels of a picture (H, W, C), and the end of the file."""
    packer = zlib.compressobj(_EFFORT)
    above = np.zeros((1, image.shape[1] * image.shape[2] * image.itemsize), np.uint8)
    step = image.shape[2] * image.itemsize
    for top in range(0, len(image), ROWS):
        rows = _bytes_of(image[top : top + ROWS])
        packed = packer.compress(_filtered(rows, above, step).tobytes())
        if packed:
            file.write(png.chunk(b"IDAT", packed))
        above = rows[-1:]
    file.write(png.chunk(b"IDAT", packer.flush()))
    file.write(png.chunk(b"IEND", b""))


def _bytes_of(rows: Levels) -> NDArray[np.uint8]:
    """(h, w, C) as the rows of bytes that the file stores, the high one of two first."""
    big = rows.astype(rows.dtype.newbyteorder(">"), copy=False)
    return np.ascontiguousarray(big).reshape(len(rows), -1).view(np.uint8)


def _filtered(rows: NDArray[np.uint8], above: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Rows (h, n) behind the number of each one's filter, (h, 1 + n)."""
    up = np.concatenate([above, rows[:-1]])
    left, corner = _shifted(rows, step), _shifted(up, step)
    predictions = (left, up, _mean(left, up), _paeth(left, up, corner))
    best = np.empty((len(rows), 1 + rows.shape[1]), np.uint8)
    least = np.full(len(rows), np.inf)
    for number, predicted in enumerate(predictions, start=1):
        rest = rows - predicted
        cost = np.abs(rest.view(np.int8).astype(np.int16)).sum(axis=1, dtype=np.int64)
        better = cost < least
        best[better, 0], best[better, 1:] = number, rest[better]
        least = np.minimum(least, cost)
    return best


def _shifted(rows: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """What lies a pixel to the left of each byte, 0 outside."""
    left = np.zeros_like(rows)
    left[:, step:] = rows[:, :-step]
    return left


def _mean(left: NDArray[np.uint8], up: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return ((left.astype(np.uint16) + up) >> 1).astype(np.uint8)


def _paeth(
    left: NDArray[np.uint8], up: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Of the three neighbours the one nearest to left + up − corner."""
    a, b, c = (one.astype(np.int16) for one in (left, up, corner))
    of_left, of_up, of_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    chosen = np.where(of_up <= of_corner, up, corner)
    return np.where((of_left <= of_up) & (of_left <= of_corner), left, chosen)


def strips_of(data: bytes) -> Iterator[NDArray[Any]]:
    """Strips (h, w, C) of a PNG of 8 or 16 bits that has no palette and is not interlaced.

    Raises:
        UnreadableError: for one that is damaged.
    """
    width, height, depth, kind = struct.unpack_from(">2I2B", data, 16)
    step = png.CHANNELS[kind] * depth // 8
    stream, above = _Stream(data), bytes(width * step)
    for top in range(0, height, ROWS):
        rows = min(ROWS, height - top)
        filtered = stream.read(rows * (1 + width * step))
        strip = _decoded(b"\0" + above + filtered, width, rows + 1, depth, kind)
        if strip.shape[:2] != (rows + 1, width):
            raise UnreadableError(DAMAGED)
        above = _bytes_of(strip[-1:]).tobytes()
        yield strip[1:]


def _decoded(filtered: bytes, width: int, height: int, depth: int, kind: int) -> NDArray[Any]:
    body = struct.pack(">2I5B", width, height, depth, kind, 0, 0, 0)
    chunks = (
        png.chunk(b"IHDR", body),
        png.chunk(b"IDAT", zlib.compress(filtered, 0)),
        png.chunk(b"IEND", b""),
    )
    pixels = from_opencv(opencv.decode(png.SIGNATURE + b"".join(chunks)))
    if kind == png.GREY_ALPHA and pixels.image.shape[2] == 4:
        return pixels.image[..., [0, 3]]
    return pixels.image


def _bodies(data: bytes) -> Iterator[memoryview]:
    """What is in the chunks of pixels, each held against its checksum.

    Raises:
        UnreadableError: for one that differs.
    """
    at = len(png.SIGNATURE)
    for name, body in png.chunks_of(data):
        at += 12 + len(body)
        if name == b"IDAT":
            if zlib.crc32(body, zlib.crc32(name)) != struct.unpack_from(">I", data, at - 4)[0]:
                raise UnreadableError(DAMAGED)
            yield body


class _Stream:
    """What the chunks of pixels of a PNG unpack to, a part at a time."""

    def __init__(self, data: bytes) -> None:
        self._bodies = _bodies(data)
        self._packed, self._unpacker = b"", zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """The next so many bytes.

        Raises:
            UnreadableError: where there are not so many.
        """
        parts: list[bytes] = []
        try:
            while size:
                packed = self._packed or bytes(next(self._bodies, b""))
                part = self._unpacker.decompress(packed, size)
                self._packed = self._unpacker.unconsumed_tail
                if not part and not packed:
                    raise UnreadableError(DAMAGED)
                parts.append(part)
                size -= len(part)
        except zlib.error:
            raise UnreadableError(DAMAGED) from None
        return b"".join(parts)
