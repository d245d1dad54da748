"""Notes put into a file that was encoded, where its format has a place for them.

Of the same specifications as `notes`; XMP as ISO 16684-3 has it in each of these formats.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from mmap import mmap

from . import exif
from .formats import pngchunks as png
from .formats import webp
from .notes import INCH, XMP_OF_JPEG, XMP_OF_PNG, XMP_OF_TIFF, Metadata, segments
from .xmp import packet_of


def put_into(suffix: str, data: bytes, put: Metadata) -> bytes:
    """Put notes into an encoded file; what its format has no place for is left out.

    Args:
        suffix: which format it is.
        data: as encoded.
        put: what goes in.
    """
    return _PUT[suffix](data, put) if suffix in _PUT else data


def _into_jpeg(data: bytes, put: Metadata) -> bytes:
    at = 2
    for marker, start, held in segments(data):
        if marker == 0xE0 and held.startswith(b"JFIF\0"):
            at = start + 4 + len(held)
            if put.dpi and max(put.dpi) < 65535.5:
                density = struct.pack(">B2H", 1, *map(round, put.dpi))
                data = data[: start + 11] + density + data[start + 16 :]
            break
    added: list[bytes] = []
    if put.exif:
        added.append(b"Exif\0\0" + exif.build(put.exif, 0xFFFF - 8))
    if put.made:
        added.append(XMP_OF_JPEG + packet_of(put.made))
    segments_ = (
        b"\xff\xe1" + struct.pack(">H", len(held) + 2) + held
        for held in added
        if len(held) + 2 <= 0xFFFF
    )
    return data[:at] + b"".join(segments_) + data[at:]


def _into_png(data: bytes, put: Metadata) -> bytes:
    added: list[bytes] = []
    if put.dpi:
        per_metre = (min(round(one / INCH), 0x7FFFFFFF) for one in put.dpi)
        added.append(png.chunk(b"pHYs", struct.pack(">2IB", *per_metre, 1)))
    if put.exif:
        added.append(png.chunk(b"eXIf", exif.build(put.exif)))
    for keyword, text in put.texts.items():
        name = keyword.encode("latin-1", "replace")
        try:
            added.append(png.chunk(b"tEXt", name + b"\0" + text.encode("latin-1")))
        except UnicodeEncodeError:
            added.append(png.chunk(b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace")))
    if put.made:
        name = XMP_OF_PNG.encode()
        added.append(png.chunk(b"iTXt", name + b"\0\0\0\0\0" + packet_of(put.made)))
    start = len(png.SIGNATURE) + 25  # after IHDR
    return data[:start] + b"".join(added) + data[start:]


def _into_webp(data: bytes, put: Metadata) -> bytes:
    chunks = list(webp.chunks_of(data))
    if put.exif:
        built = (b"EXIF", exif.build(put.exif))
        chunks = [*webp.extended(chunks, webp.HAS_EXIF), built]
    if put.made:
        chunks = [*webp.extended(chunks, webp.HAS_XMP), (b"XMP ", packet_of(put.made))]
    return webp.joined(chunks) if put.exif or put.made else data


def _into_tiff(data: bytes, put: Metadata) -> bytes:
    """Another main directory at the end, which has the entries of the first as well."""
    if not put.exif and not put.made:
        return data
    place, tail = tiff_tail(data, put)
    return data[:4] + struct.pack("<I", place) + data[8:] + tail


def tiff_tail(data: bytes | mmap, put: Metadata) -> tuple[int, bytes]:
    """Where the main directory of a little-endian TIFF then lies, and what comes behind its end.

    Args:
        data: of the file.
        put: what goes in.
    """
    tail = b"\0" * (len(data) % 2)
    others, after = exif.entries(data)
    if put.made:
        packet, at = packet_of(put.made), len(data) + len(tail)
        others[XMP_OF_TIFF] = struct.pack("<2H2I", XMP_OF_TIFF, 1, len(packet), at)
        tail += packet + b"\0" * (len(packet) % 2)
    place = len(data) + len(tail)
    return place, tail + exif.laid_out(put.exif, place, others, after)


def _into_bmp(data: bytes, put: Metadata) -> bytes:
    if not put.dpi:
        return data
    per_metre = (min(round(one / INCH), 0x7FFFFFFF) for one in put.dpi)
    return data[:38] + struct.pack("<2i", *per_metre) + data[46:]


_PUT: dict[str, Callable[[bytes, Metadata], bytes]] = {
    ".jpg": _into_jpeg,
    ".jpeg": _into_jpeg,
    ".png": _into_png,
    ".webp": _into_webp,
    ".tif": _into_tiff,
    ".tiff": _into_tiff,
    ".bmp": _into_bmp,
}
