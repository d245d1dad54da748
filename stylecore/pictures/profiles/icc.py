"""ICC profiles: what they are for, and those of primaries and curves as a `Space` (ICC.1:2022)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .cicp import power
from .spaces import Curve, Floats, Space, from_lightness

_MOST_TAGS = 200
_PARAMETERS = (1, 3, 4, 5, 7)
"""How many a parametric curve of each type has."""


class DamagedProfileError(Exception):
    """Bytes that are no ICC profile, or one that contradicts itself."""


@dataclass(frozen=True)
class Profile:
    """An ICC profile.

    Attributes:
        data: all of it.
        model: what the numbers are: ``RGB``, ``GRAY``, ``CMYK``.
        connection: the space it leads to, ``XYZ`` or ``Lab``.
        tags: its tagged data.
    """

    data: bytes
    model: str
    connection: str
    tags: Mapping[bytes, bytes]

    @property
    def has_tables(self) -> bool:
        """Whether it converts by tables, and by curves only for who cannot read them."""
        return b"A2B0" in self.tags


def parse(data: bytes) -> Profile:
    """Take a profile apart.

    Raises:
        DamagedProfileError: when that is not possible.
    """
    try:
        if data[36:40] != b"acsp":
            raise DamagedProfileError
        model, connection = (data[i : i + 4].decode("ascii").strip() for i in (16, 20))
        (count,) = struct.unpack_from(">I", data, 128)
        if count > _MOST_TAGS:
            raise DamagedProfileError
        tags: dict[bytes, bytes] = {}
        for i in range(count):
            name, start, length = struct.unpack_from(">4sII", data, 132 + 12 * i)
            tags[name] = data[start : start + length]
    except (struct.error, UnicodeDecodeError):
        raise DamagedProfileError from None
    return Profile(data, model, connection, tags)


def space_of(profile: Profile) -> Space | None:
    """The profile's primaries and curves; None where it has tables alone, or is of inks.

    Raises:
        DamagedProfileError: for numbers that make no sense.
    """
    try:
        if profile.model == "GRAY" and b"kTRC" in profile.tags:
            return _sane(_grey(profile))
        names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
        if profile.model != "RGB" or not all(name in profile.tags for name in names):
            return None
        xyz = np.stack([_xyz(profile.tags[name]) for name in names[:3]], axis=1)
        space = Space([curve_of(profile.tags[name]) for name in names[3:]], xyz)
    except (struct.error, IndexError, ValueError):
        raise DamagedProfileError from None
    if not 0 < np.abs(np.linalg.det(xyz)) < 10:
        raise DamagedProfileError
    return _sane(space)


def _sane(space: Space) -> Space:
    with np.errstate(all="ignore"):
        ends = [curve(np.linspace(0, 1, 33)) for curve in space.curves]
    if not all(np.isfinite(one).all() for one in ends):
        raise DamagedProfileError
    return space


def curve_of(data: bytes) -> Curve:
    """The curve that a ``curv`` or ``para`` tag holds.

    Raises:
        DamagedProfileError: for another tag.
        struct.error: for one that is cut short.
    """
    if data[:4] == b"para":
        return _parametric(data)
    if data[:4] != b"curv":
        raise DamagedProfileError
    (count,) = struct.unpack_from(">I", data, 8)
    if count == 0:
        return power(1.0)
    if count == 1:
        return power(struct.unpack_from(">H", data, 12)[0] / 256)
    table = np.frombuffer(data, ">u2", count, 12) / 65535
    places = np.linspace(0, 1, count)
    return lambda encoded: np.interp(encoded, places, table)


def _parametric(data: bytes) -> Curve:
    """Y = (aX + b)^g + e from d on, cX + f below (table 68)."""
    (kind,) = struct.unpack_from(">H", data, 8)
    if kind >= len(_PARAMETERS):
        raise DamagedProfileError
    count = _PARAMETERS[kind]
    g, *rest = (number / 65536 for number in struct.unpack_from(f">{count}i", data, 12))
    a, b = (rest[0], rest[1]) if rest else (1.0, 0.0)
    c = d = e = f = 0.0
    if kind in (1, 2):
        d = -b / a if a else 0.0
        e = f = rest[2] if kind == 2 else 0.0
    elif kind >= 3:
        c, d = rest[2:4]
        e, f = rest[4:] if kind == 4 else (0.0, 0.0)

    def curve(encoded: Floats) -> Floats:
        base = np.maximum(a * encoded + b, 0)
        return np.clip(np.where(encoded >= d, base**g + e, c * encoded + f), 0, 1)

    return curve


def _grey(profile: Profile) -> Space:
    """Grey is D50's white, more or less of it: in XYZ by the curve, in Lab as lightness."""
    curve = curve_of(profile.tags[b"kTRC"])

    def of_lightness(encoded: Floats) -> Floats:
        return from_lightness((100 * curve(encoded) + 16) / 116)

    return Space([curve if profile.connection == "XYZ" else of_lightness] * 3)


def _xyz(data: bytes) -> Floats:
    if data[:4] != b"XYZ ":
        raise DamagedProfileError
    return np.array(struct.unpack_from(">3i", data, 8)) / 65536
