"""What EXIF and XMP say of a picture: how the camera was held, and in which colours it wrote."""

from __future__ import annotations

import re

from ..profiles.cicp import power
from ..profiles.spaces import D65, Space, to_xyz
from .directory import Directory, TagFile

_ORIENTATION, _EXIF, _INTEROPERABILITY, _COLOR_SPACE, _INDEX = 0x112, 0x8769, 0xA005, 0xA001, 1
_IN_XMP = re.compile(rb"tiff:Orientation(?:=[\"']|>)\s*([1-8])")
_SRGB, _ADOBE = 1, 2
_PRIMARIES = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_PREFIX = b"Exif\0\0"


def orientation_of(exif: bytes, xmp: bytes = b"") -> int:
    """The orientation, 1–8; where EXIF says none, XMP's; 1 for none that makes sense."""
    _, main = _main(exif)
    if main and _ORIENTATION in main.tags:
        return upright_or(main.value(_ORIENTATION, 1))
    said = _IN_XMP.search(xmp)
    return int(said[1]) if said else 1


def upright_or(orientation: int) -> int:
    """The orientation where it is one, 1–8, or else 1."""
    return orientation if 1 <= orientation <= 8 else 1


def adobe_rgb(exif: bytes) -> Space | None:
    """Adobe RGB, where a camera says so by EXIF alone (DCF 2.0, option files)."""
    file, main = _main(exif)
    details = file.directory(main.value(_EXIF, 0)) if file and main else None
    if file is None or details is None:
        return None
    further = file.directory(details.value(_INTEROPERABILITY, 0))
    is_option = further is not None and further.bytes(_INDEX).startswith(b"R03")
    space = details.value(_COLOR_SPACE, _SRGB)
    if space != _ADOBE and not (is_option and space != _SRGB):
        return None
    return Space([power(563 / 256)] * 3, to_xyz(_PRIMARIES, D65))


def _main(exif: bytes) -> tuple[TagFile | None, Directory | None]:
    file = TagFile.of(exif.removeprefix(_PREFIX))
    return file, next(iter(file.chain()), None) if file else None
