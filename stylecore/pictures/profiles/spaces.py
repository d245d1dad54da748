"""Colour spaces of three primaries and three curves, and how their colours become sRGB.

Encoded and linear values are 0–1. XYZ is relative to the white point D50, as in ICC profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..tensors import Picture

Floats: TypeAlias = NDArray[np.float64]
Curve: TypeAlias = Callable[[Floats], Floats]
"""Encoded to linear."""

Point: TypeAlias = tuple[float, float]
"""A chromaticity, x and y (CIE 1931)."""

D50 = np.array([0.9642, 1.0, 0.8249])
D65: Point = (0.3127, 0.3290)
REC709: tuple[Point, ...] = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])  # of Rec. 2020, whose HLG alone has a system gamma
_ROWS = 128
_STEPS = 65536


def srgb_curve(encoded: Floats) -> Floats:
    """IEC 61966-2-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def to_xyz(primaries: Sequence[Point], white: Point) -> Floats:
    """The matrix from linear RGB to XYZ, its white adapted to D50 by Bradford's method."""
    columns = np.stack([_xyz(point) for point in primaries], axis=1)
    return adaptation(white) @ columns * np.linalg.solve(columns, _xyz(white))


def adaptation(white: Point) -> Floats:
    """The matrix that adapts XYZ from a white point to D50, by Bradford's method."""
    gains = np.diag((_BRADFORD @ D50) / (_BRADFORD @ _xyz(white)))
    return np.linalg.inv(_BRADFORD) @ gains @ _BRADFORD


def _xyz(point: Point) -> Floats:
    x, y = point
    return np.array([x / y, 1, (1 - x - y) / y])


SRGB_TO_XYZ = to_xyz(REC709, D65)
XYZ_TO_SRGB = np.linalg.inv(SRGB_TO_XYZ)


@dataclass(frozen=True)
class Space:
    """A colour space.

    Attributes:
        curves: of red, green and blue.
        xyz: from linear RGB to XYZ.
        system_gamma: what luminance is raised to on the way from scene to display (HLG).
        gain: what display light is multiplied by, so that 1 is diffuse white.
        first: the smallest encoded value, 0 but in video's narrow range.
        last: the largest, 1 but there.
    """

    curves: Sequence[Curve]
    xyz: Floats = field(default_factory=lambda: SRGB_TO_XYZ)
    system_gamma: float = 1.0
    gain: float = 1.0
    first: float = 0.0
    last: float = 1.0

    def is_srgb(self) -> bool:
        """Whether no colour would move by a level."""
        steps = np.linspace(0, 255, 18).round().astype(np.uint8)
        grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
        return int(np.abs(self.to_srgb(grid, 255).astype(int) - grid).max()) <= 1

    def to_srgb(self, image: NDArray[Any], full: int) -> Picture:
        """(H, W, 3) whole numbers of 0–full as sRGB, uint8; what lies outside is clipped."""
        encoded = (np.arange(full + 1) / full - self.first) / (self.last - self.first)
        with np.errstate(all="ignore"):  # of a profile that was made up
            tables = [curve(encoded.clip(0, 1)).astype(np.float32) for curve in self.curves]
        matrix = np.asarray(XYZ_TO_SRGB @ self.xyz * self.gain, np.float32).T
        levels = _levels()
        converted = np.empty(image.shape, np.uint8)
        for top in range(0, len(image), _ROWS):
            band = image[top : top + _ROWS]
            linear = np.stack([tables[i][band[..., i]] for i in range(3)], axis=-1)
            light = self._displayed(linear) @ matrix
            index = np.rint(light.clip(0, 1) * (_STEPS - 1)).astype(np.uint16)
            converted[top : top + _ROWS] = levels[index]
        return converted

    def _displayed(self, linear: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.system_gamma == 1:
            return linear
        luminance = np.maximum(linear @ _LUMINANCE.astype(np.float32), 1e-6)
        return linear * luminance[..., None] ** np.float32(self.system_gamma - 1)


def lab_to_srgb(image: NDArray[np.uint8]) -> Picture:
    """CIELAB as TIFF stores it in 8 bits: L* of 0–100 as 0–255, a* and b* with a sign."""
    matrix = np.asarray(XYZ_TO_SRGB, np.float32).T
    levels, white = _levels(), D50.astype(np.float32)
    converted = np.empty(image.shape, np.uint8)
    for top in range(0, len(image), _ROWS):
        band = image[top : top + _ROWS]
        middle = (band[..., 0] * np.float32(100 / 255) + 16) / 116
        a, b = (band[..., i].view(np.int8).astype(np.float32) for i in (1, 2))
        light = from_lightness(np.stack([middle + a / 500, middle, middle - b / 200], axis=-1))
        index = np.rint(((light * white) @ matrix).clip(0, 1) * (_STEPS - 1)).astype(np.uint16)
        converted[top : top + _ROWS] = levels[index]
    return converted


def from_lightness(root: NDArray[Any]) -> NDArray[Any]:
    """What CIELAB takes the cube root of, from that root (CIE 15)."""
    return np.where(root > 6 / 29, root**3, 3 * (6 / 29) ** 2 * (root - 4 / 29))


@cache
def _levels() -> NDArray[np.uint8]:
    """The sRGB level of each of so many steps of linear light."""
    linear = np.linspace(0, 1, _STEPS)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)
