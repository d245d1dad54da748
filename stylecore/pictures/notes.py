"""Where each format of files keeps notes beside the pixels: found, and put into what was encoded.

JPEG: JFIF 1.02 and Exif 2.32 §4.7. PNG: the standard's third edition, §11.3. WebP: its container
specification. TIFF: revision 6.0. BMP: the header that Windows writes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from . import exif
from .exif import Exif
from .formats import png, webp

Dpi = tuple[float, float]

BROKEN = (ValueError, IndexError, KeyError, struct.error, zlib.error)
"""What strange bytes lead to."""

_INCH = 0.0254
_MOST_TEXT = 1 << 16
_IN_BOXES = re.compile(rb"(?:\0\0\0\0|Exif\0\0)(?=II\*\0|MM\0\*)")


@dataclass
class Notes:
    """What was found in a file, as it lies there.

    Attributes:
        exif: a block that starts with TIFF's header, or nothing.
        dpi: dots per inch, across and down, by the format's own means.
        texts: of PNG, by their keywords.
        xmp: a packet of XMP, or nothing.
        iptc: records of IPTC-IIM, or nothing.
    """

    exif: bytes = b""
    dpi: Dpi | None = None
    texts: dict[str, str] = field(default_factory=dict[str, str])
    xmp: bytes = b""
    iptc: bytes = b""


@dataclass(frozen=True)
class Metadata:
    """What is carried from one file to another.

    Attributes:
        exif: who, what, when, how and, only where it was asked for, where.
        dpi: dots per inch, across and down.
        texts: for PNG, by the keywords of its standard.
    """

    exif: Exif = field(default_factory=Exif)
    dpi: Dpi | None = None
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


def find(data: bytes) -> Notes:
    """The notes in a file's bytes; what is damaged counts as not there."""
    notes = Notes()
    with suppress(*BROKEN):
        _find(data, notes)
    return notes


def _find(data: bytes, notes: Notes) -> None:
    if data.startswith(b"\xff\xd8"):
        _find_in_jpeg(data, notes)
    elif data.startswith(png.SIGNATURE):
        _find_in_png(data, notes)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _find_in_webp(data, notes)
    elif data[:4] in (b"II*\0", b"MM\0*"):
        notes.exif = data
        notes.xmp, notes.iptc = exif.value(data, 700), exif.value(data, 33723)
    elif data[:2] == b"BM" and len(data) >= 46:
        notes.dpi = _dpi(*struct.unpack_from("<2i", data, 38), 1 / _INCH)
    elif data[4:8] == b"ftyp" and (there := _IN_BOXES.search(data)):
        notes.exif = data[there.end() :]


def put_into(suffix: str, data: bytes, put: Metadata) -> bytes:
    """Put notes into an encoded file; what its format has no place for is left out.

    Args:
        suffix: which format it is.
        data: as encoded.
        put: what goes in.
    """
    return _PUT[suffix](data, put) if suffix in _PUT else data


def segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The segments of a JPEG before its pixels: marker, where it starts, and what it holds."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in (0xDA, 0xD9):
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, data[at + 4 : at + 2 + length]
        at += 2 + max(2, length)


def _find_in_jpeg(data: bytes, notes: Notes) -> None:
    for marker, _, held in segments(data):
        if marker == 0xE0 and held.startswith(b"JFIF\0") and len(held) >= 12:
            per_inch = {1: 1.0, 2: 2.54}.get(held[7])
            if per_inch:
                notes.dpi = _dpi(*struct.unpack_from(">2H", held, 8), 1 / per_inch)
        if marker == 0xE1 and held.startswith(b"Exif\0") and not notes.exif:
            notes.exif = held[6:]
        if marker == 0xE1 and held.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            notes.xmp = held[29:]
        if marker == 0xED and held.startswith(b"Photoshop 3.0\0"):
            notes.iptc = _iptc_of(held[14:])


def _iptc_of(resources: bytes) -> bytes:
    """The records among Photoshop's image resources, number 1028."""
    at = 0
    while resources[at : at + 4] == b"8BIM":
        number = int.from_bytes(resources[at + 4 : at + 6], "big")
        start = at + 6 + (resources[at + 6] // 2 + 1) * 2 if at + 6 < len(resources) else at
        length = int.from_bytes(resources[start : start + 4], "big")
        if number == 1028:
            return resources[start + 4 : start + 4 + length]
        at = start + 4 + length + length % 2
    return b""


def _find_in_png(data: bytes, notes: Notes) -> None:
    for name, body in png.chunks_of(data):
        held = b"" if name == b"IDAT" else bytes(body)
        if name == b"eXIf":
            notes.exif = held
        elif name == b"pHYs" and len(held) == 9 and held[8] == 1:
            notes.dpi = _dpi(*struct.unpack_from(">2I", held), 1 / _INCH)
        elif name == b"tIME" and len(held) == 7:
            notes.texts["tIME"] = "{}:{:02}:{:02} {:02}:{:02}:{:02}".format(
                *struct.unpack(">H5B", held)
            )
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            with suppress(*BROKEN):
                _take_text(*_text_of(name, held), notes)


def _take_text(keyword: str, text: str, notes: Notes) -> None:
    if keyword == "XML:com.adobe.xmp":
        notes.xmp = text.encode()
    elif keyword in ("Raw profile type exif", "Raw profile type APP1"):
        notes.exif = notes.exif or _unhexed(text)
    else:
        notes.texts.setdefault(keyword, text)


def _text_of(name: bytes, held: bytes) -> tuple[str, str]:
    keyword, _, rest = held.partition(b"\0")
    packed = name == b"zTXt"
    if name == b"iTXt":
        packed, rest = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)[-1]
    elif packed:
        rest = rest[1:]
    if packed:
        rest = zlib.decompressobj().decompress(rest, _MOST_TEXT)
    return keyword.decode("latin-1"), rest.decode("utf-8" if name == b"iTXt" else "latin-1")


def _unhexed(text: str) -> bytes:
    """A block of Exif as ImageMagick keeps it in a text: a name, a length, and digits."""
    data = bytes.fromhex("".join(text.split()[2:]))
    return data.removeprefix(b"Exif\0\0")


def _find_in_webp(data: bytes, notes: Notes) -> None:
    for name, held in webp.chunks_of(data):
        if name == b"EXIF":
            notes.exif = held.removeprefix(b"Exif\0\0")
        if name == b"XMP ":
            notes.xmp = held


def _dpi(across: float, down: float, per_inch: float) -> Dpi | None:
    """Dots per inch from numbers that are for so many inches each, or None."""
    return (across / per_inch, down / per_inch) if across > 0 and down > 0 else None


def _into_jpeg(data: bytes, put: Metadata) -> bytes:
    at = 2
    for marker, start, held in segments(data):
        if marker == 0xE0 and held.startswith(b"JFIF\0"):
            at = start + 4 + len(held)
            if put.dpi and max(put.dpi) < 65535.5:
                density = struct.pack(">B2H", 1, *map(round, put.dpi))
                data = data[: start + 11] + density + data[start + 16 :]
            break
    if not put.exif:
        return data
    held = b"Exif\0\0" + exif.build(put.exif, 0xFFFF - 8)
    return data[:at] + b"\xff\xe1" + struct.pack(">H", len(held) + 2) + held + data[at:]


def _into_png(data: bytes, put: Metadata) -> bytes:
    added: list[bytes] = []
    if put.dpi:
        per_metre = (min(round(one / _INCH), 0x7FFFFFFF) for one in put.dpi)
        added.append(png.chunk(b"pHYs", struct.pack(">2IB", *per_metre, 1)))
    if put.exif:
        added.append(png.chunk(b"eXIf", exif.build(put.exif)))
    for keyword, text in put.texts.items():
        name = keyword.encode("latin-1", "replace")
        try:
            added.append(png.chunk(b"tEXt", name + b"\0" + text.encode("latin-1")))
        except UnicodeEncodeError:
            added.append(png.chunk(b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace")))
    start = len(png.SIGNATURE) + 25  # after IHDR
    return data[:start] + b"".join(added) + data[start:]


def _into_webp(data: bytes, put: Metadata) -> bytes:
    if not put.exif:
        return data
    chunks = webp.extended(webp.chunks_of(data), webp.HAS_EXIF)
    return webp.joined([*chunks, (b"EXIF", exif.build(put.exif))])


def _into_tiff(data: bytes, put: Metadata) -> bytes:
    """Another main directory at the end, which has the entries of the first as well."""
    if not put.exif:
        return data
    data += b"\0" * (len(data) % 2)
    others, after = exif.entries(data)
    added = exif.laid_out(put.exif, len(data), others, after)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + added


def _into_bmp(data: bytes, put: Metadata) -> bytes:
    if not put.dpi:
        return data
    per_metre = (min(round(one / _INCH), 0x7FFFFFFF) for one in put.dpi)
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
