"""What a picture carries besides its pixels, read from one file and put into another.

That is Exif, copyright, dates and dots per inch; where a file has them as XMP, IPTC or texts of PNG
alone, they become Exif. The orientation is left out, since pictures are turned upright, and the
place unless it is asked for.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

from . import exif, notes, xmp
from .exif import Exif, Field
from .notes import Dpi, Metadata
from .reading import read_bytes

Texts: TypeAlias = dict[int, str]
"""By the tags of Exif."""

_ORIGINAL_DATE = 0x9003

_OF_PNG = {
    "Copyright": exif.COPYRIGHT,
    "Author": exif.ARTIST,
    "Description": exif.DESCRIPTION,
    "Title": exif.DESCRIPTION,
    "Software": exif.SOFTWARE,
    "tIME": exif.DATE,
}
_KEPT_BY_PNG = {"Title", "Author", "Description", "Copyright", "Creation Time", "Disclaimer"}

_OF_XMP = {
    "{http://purl.org/dc/elements/1.1/}rights": exif.COPYRIGHT,
    "{http://purl.org/dc/elements/1.1/}creator": exif.ARTIST,
    "{http://purl.org/dc/elements/1.1/}description": exif.DESCRIPTION,
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": _ORIGINAL_DATE,
    "{http://ns.adobe.com/xap/1.0/}CreateDate": _ORIGINAL_DATE,
    "{http://ns.adobe.com/xap/1.0/}ModifyDate": exif.DATE,
}

_OF_IPTC = {116: exif.COPYRIGHT, 80: exif.ARTIST, 120: exif.DESCRIPTION, 55: _ORIGINAL_DATE}


def read_metadata(path: str | os.PathLike[str], *, place: bool = False) -> Metadata:
    """Read what a picture file carries; what is damaged counts as not there.

    Args:
        path: of a picture that can be read.
        place: whether the place where it was taken is carried along.
    """
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError):
        return Metadata()
    found = notes.find(data)
    block = _or(Exif(), exif.parse, found.exif) if found.exif else Exif()
    texts: Texts = {}
    for more in (
        {_OF_PNG[key]: text for key, text in found.texts.items() if key in _OF_PNG},
        _or({}, _from_xmp, found.xmp),
        _or({}, _from_iptc, found.iptc),
    ):
        texts = more | texts
    block = _completed(block if place else replace(block, place={}), texts, found.dpi)
    return Metadata(block, found.dpi or _dpi_of(block), _for_png(found.texts, block))


def read_made(path: str | os.PathLike[str]) -> str:
    """What a picture file says of how it was made, as it stands there; nothing where it does not.

    Raises:
        ImageError: for a file that cannot be read.
    """
    return _or("", xmp.made_in, notes.find(read_bytes(path)).xmp)


def told_of(metadata: Metadata, width: int, height: int) -> Metadata:
    """Metadata as it tells of a picture of so many pixels, in sRGB."""
    camera = metadata.exif.camera
    if metadata.exif:
        size = {exif.WIDTH: width, exif.HEIGHT: height}
        camera = {
            exif.VERSION: Field(exif.UNDEFINED, 4, b"0232"),
            **camera,
            **{tag: Field(exif.LONG, 1, struct.pack("<I", side)) for tag, side in size.items()},
            exif.COLOR_SPACE: exif.short_field(1),  # sRGB
        }
    return replace(metadata, exif=replace(metadata.exif, camera=camera))


def _or(otherwise: Any, read: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return read(data)
    except (*notes.BROKEN, *xmp.DAMAGED):
        return otherwise


def _completed(block: Exif, texts: Texts, dpi: Dpi | None) -> Exif:
    """Exif with what the file says elsewhere; of dots per inch, the format's own count."""
    main, camera = dict(block.main), dict(block.camera)
    for tag, text in texts.items():
        (camera if tag == _ORIGINAL_DATE else main).setdefault(tag, exif.text_field(text))
    if dpi:
        across, down = (Fraction(one).limit_denominator(1000) for one in dpi)
        for tag, one in ((exif.X_RESOLUTION, across), (exif.Y_RESOLUTION, down)):
            parts = struct.pack("<2I", min(one.numerator, 0xFFFFFFFF), one.denominator)
            main[tag] = Field(exif.RATIONAL, 1, parts)
        main[exif.RESOLUTION_UNIT] = exif.short_field(2)
    return replace(block, main=main, camera=camera)


def _dpi_of(block: Exif) -> Dpi | None:
    numbers = [
        one.number() if (one := block.main.get(tag)) else None
        for tag in (exif.X_RESOLUTION, exif.Y_RESOLUTION, exif.RESOLUTION_UNIT)
    ]
    across, down, unit = numbers
    if not across or not down or unit not in (None, 2.0, 3.0):
        return None
    per_inch = 2.54 if unit == 3 else 1.0
    return across * per_inch, down * per_inch


def _for_png(texts: dict[str, str], block: Exif) -> dict[str, str]:
    """Texts of PNG: its own, and what Exif has for programs that look at texts alone."""
    found = {key: text for key, text in texts.items() if key in _KEPT_BY_PNG and text}
    for key in ("Copyright", "Author", "Description"):
        if (one := block.main.get(_OF_PNG[key])) and one.text():
            found.setdefault(key, one.text())
    return found


def _from_xmp(packet: bytes) -> Texts:
    """The few properties that Exif has a place for."""
    texts: Texts = {}
    for name, text in xmp.properties(packet, _OF_XMP):
        tag = _OF_XMP.get(name)
        text = _exif_date(text) if tag in (_ORIGINAL_DATE, exif.DATE) else text
        if tag and text:
            texts.setdefault(tag, text)
    return texts


def _from_iptc(records: bytes) -> Texts:
    """The few records of the application that Exif has a place for (IPTC-IIM 4.2, §1.6)."""
    texts: Texts = {}
    at = 0
    while records[at : at + 1] == b"\x1c" and at + 5 <= len(records):
        record, number, length = struct.unpack_from(">2BH", records, at + 1)
        held = records[at + 5 : at + 5 + length]
        if record == 2 and number in _OF_IPTC:
            text = Field(exif.ASCII, len(held), held).text()
            tag = _OF_IPTC[number]
            text = _exif_date(text) if tag == _ORIGINAL_DATE else text
            if text:
                texts[tag] = f"{texts[tag]}; {text}" if number == 80 and tag in texts else text
        at += 5 + length
    return texts


def _exif_date(text: str) -> str:
    """``2024-05-06T07:08:09+02:00``, or a part of it, as 2024:05:06 07:08:09; or nothing."""
    found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?", text)
    if found is None:
        return ""
    year, month, day, *clock = found.groups()
    hour, minute, second = (one or "00" for one in clock)
    return f"{year}:{month}:{day} {hour}:{minute}:{second}"
