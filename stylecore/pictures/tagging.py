"""Files that say that their colours are sRGB, by the profile that their format has room for."""

from __future__ import annotations

import zlib
from struct import pack, unpack_from

from .formats import pngchunks as png
from .formats import webp
from .formats.directory import TagFile
from .profiles.srgb import srgb_profile

_CHANNELS, _EXTRA, _PROFILE_TAG = 277, 338, 34675
_SHORT, _UNDEFINED, _NOT_MULTIPLIED = 3, 7, 2


def tagged(suffix: str, data: bytes) -> bytes:
    """A file as OpenCV writes it, with the profile of sRGB; BMP is left as it is."""
    return _WAYS[suffix](data) if suffix in _WAYS else data


def _png(data: bytes) -> bytes:
    header = len(png.SIGNATURE) + 25
    body = b"sRGB\0\0" + zlib.compress(srgb_profile())
    return data[:header] + png.chunk(b"iCCP", body) + data[header:]


def _jpeg(data: bytes) -> bytes:
    """Behind the header that JFIF wants first (ICC.1, annex B.4)."""
    at = 4 + unpack_from(">H", data, 4)[0] if data[2:4] == b"\xff\xe0" else 2
    body = b"ICC_PROFILE\0\1\1" + srgb_profile()
    return data[:at] + b"\xff\xe2" + pack(">H", len(body) + 2) + body + data[at:]


def _webp(data: bytes) -> bytes:
    """Profiles want the extended form, and come right behind its header."""
    header, *others = webp.extended(webp.chunks_of(data), webp.HAS_PROFILE)
    return webp.joined([header, (b"ICCP", srgb_profile()), *others])


def _tiff(data: bytes) -> bytes:
    """Its directory once more at the end, with the profile in its place among the tags."""
    file = TagFile.of(data)
    if file is None or file.big:  # which OpenCV never writes
        return data
    order, profile, first = file.order, srgb_profile(), file.chain()[0]
    entries = [
        data[at : at + 12]
        for at in range(first.start + 2, first.start + 2 + 12 * len(first.tags), 12)
    ]
    place = len(data) + len(data) % 2
    entries.append(pack(f"{order}HHII", _PROFILE_TAG, _UNDEFINED, len(profile), place))
    if first.value(_CHANNELS, 1) == 4:  # which OpenCV leaves for others to guess
        entries.append(pack(f"{order}HHIHH", _EXTRA, _SHORT, 1, _NOT_MULTIPLIED, 0))
    entries.sort(key=lambda one: unpack_from(f"{order}H", one)[0])
    directory = place + len(profile) + len(profile) % 2
    body = data[8:].ljust(place - 8, b"\0") + profile.ljust(directory - place, b"\0")
    table = pack(f"{order}H", len(entries)) + b"".join(entries) + pack(f"{order}I", 0)
    return data[:4] + pack(f"{order}I", directory) + body + table


_WAYS = {
    ".png": _png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".webp": _webp,
    ".tif": _tiff,
    ".tiff": _tiff,
}
