"""Where each format of files keeps notes beside the pixels, and what is found there.

JPEG: JFIF 1.02 and Exif 2.32 §4.7. PNG: the standard's third edition, §11.3. WebP: its container
specification. TIFF: revision 6.0. BMP: the header that Windows writes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from . import exif
from .exif import Exif
from .formats import pngchunks as png
from .formats import webp
from .formats.directory import TagFile

Dpi = tuple[float, float]

BROKEN = (ValueError, IndexError, KeyError, struct.error, zlib.error)
"""What strange bytes lead to."""

INCH = 0.0254
_MOST_TEXT = 1 << 16
XMP_OF_JPEG, XMP_OF_PNG = b"http://ns.adobe.com/xap/1.0/\0", "XML:com.adobe.xmp"
XMP_OF_TIFF = 700
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
        made: how the picture was made, as JSON, or nothing. It is not carried along: what is
            painted was made anew.
    """

    exif: Exif = field(default_factory=Exif)
    dpi: Dpi | None = None
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    made: str = ""


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
        notes.xmp, notes.iptc = exif.value(data, XMP_OF_TIFF), exif.value(data, 33723)
    elif data[:4] in (b"II+\0", b"MM+\0") and (big := TagFile.of(data)):
        notes.xmp = bytes(big.chain()[0].values(XMP_OF_TIFF))
    elif data[:2] == b"BM" and len(data) >= 46:
        notes.dpi = _dpi(*struct.unpack_from("<2i", data, 38), 1 / INCH)
    elif data[4:8] == b"ftyp" and (there := _IN_BOXES.search(data)):
        notes.exif = data[there.end() :]


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
        if marker == 0xE1 and held.startswith(XMP_OF_JPEG):
            notes.xmp = held[len(XMP_OF_JPEG) :]
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
            notes.dpi = _dpi(*struct.unpack_from(">2I", held), 1 / INCH)
        elif name == b"tIME" and len(held) == 7:
            notes.texts["tIME"] = "{}:{:02}:{:02} {:02}:{:02}:{:02}".format(
                *struct.unpack(">H5B", held)
            )
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            with suppress(*BROKEN):
                _take_text(*_text_of(name, held), notes)


def _take_text(keyword: str, text: str, notes: Notes) -> None:
    if keyword == XMP_OF_PNG:
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
