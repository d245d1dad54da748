"""The ICC profile of sRGB, made here, that results are tagged with (ICC.1:2022, version 4)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from struct import pack

from .spaces import D50, D65, SRGB_TO_XYZ, Floats, adaptation

_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


@cache
def srgb_profile() -> bytes:
    """The profile, some 500 bytes."""
    curve = b"para\0\0\0\0" + pack(">HH", 3, 0) + _fixed(_CURVE)
    columns = {name: _xyz(SRGB_TO_XYZ[:, i]) for i, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    return _assembled(
        {
            b"desc": _text("sRGB"),
            b"cprt": _text("No copyright, use freely"),
            b"wtpt": _xyz(D50),
            b"chad": b"sf32\0\0\0\0" + _fixed(adaptation(D65).ravel()),
            **columns,
            **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
        }
    )


def _assembled(tags: Mapping[bytes, bytes]) -> bytes:
    """Header, table and data; equal data is stored once."""
    start = 128 + 4 + 12 * len(tags)
    table, body, places = pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, data in tags.items():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += pack(">4sII", name, places[data], len(data))
    size = start + len(body)
    header = pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    header += pack(">6H4s", 2024, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + _fixed(D50)
    return header.ljust(128, b"\0") + table + body


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _xyz(values: Floats) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _fixed(values: Floats | tuple[float, ...]) -> bytes:
    return b"".join(pack(">i", round(float(value) * 65536)) for value in values)
