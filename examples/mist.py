"""Mountains in mist: washes of watercolour and dry ink on rough paper."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from brush import OVERSAMPLING, Array, clouds

WIDTH, HEIGHT = 600, 720

# How much red, green and blue light each pigment takes away
INDIGO = np.array((1.5, 0.95, 0.5))
VIOLET = np.array((0.85, 1.0, 0.5))
OCHRE = np.array((0.22, 0.62, 1.7))
SAP = np.array((1.15, 0.55, 1.35))
VERMILION = np.array((0.08, 1.45, 1.75))
SOOT = np.array((2.5, 2.45, 2.2))


class Mountain(NamedTuple):
    """A range: its ridge is at ``top``, rises by ``relief``, and fades ``depth`` below."""

    top: float
    relief: float
    peak: float  # where along the width its summit stands
    depth: float
    tint: Array
    strength: float
    ink: float


RANGES = (
    Mountain(232, 92, 0.70, 130, VIOLET * 0.6 + INDIGO * 0.3, 0.42, 0.0),
    Mountain(300, 150, 0.34, 170, INDIGO * 0.8 + VIOLET * 0.2, 0.62, 0.25),
    Mountain(400, 130, 0.86, 170, INDIGO * 0.7 + SAP * 0.35, 0.85, 0.6),
    Mountain(650, 300, 0.03, 120, INDIGO * 0.6 + SAP * 0.5 + SOOT * 0.12, 1.15, 0.9),
)


class Sheet:
    """Paper that takes washes by absorption and ink by its tooth."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        height, width = HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32) / OVERSAMPLING
        tooth = rng.normal(size=(height, width)).astype(np.float32)
        tooth = cv2.GaussianBlur(tooth, (0, 0), 2.1) * 7 + cv2.GaussianBlur(tooth, (0, 0), 0.8)
        self.tooth = tooth / tooth.std()
        self.absorbed = np.zeros((height, width, 3), np.float32)
        self.wash(0.06 + 0.03 * self.noise(240), OCHRE)
        self.wash(np.maximum(self.noise(5) - 2.6, 0) * 0.12, OCHRE)

    def noise(self, size: float) -> Array:
        """Blobs of about ``size`` pixels of the picture."""
        return clouds(self.x.shape[1], self.x.shape[0], size * OVERSAMPLING, self.rng)

    def wash(self, density: Array, pigment: Array, grain: float = 0.16) -> None:
        """Lay transparent colour, which settles in the paper's hollows."""
        settled = np.maximum(density, 0) * np.clip(1 + grain * self.tooth, 0, None)
        self.absorbed += settled[..., None] * pigment.astype(np.float32)

    def ink(self, mask: Array, strength: float, dryness: float) -> None:
        """Press an inked brush (mask 0..1) on the sheet; a dry one misses the hollows."""
        caught = 1 / (1 + np.exp(-(self.tooth + 2.4 * (1 - dryness) + 2.2 * mask - 1.9) * 3.2))
        self.wash(mask * (1 - dryness + dryness * caught) * strength, SOOT, 0.08)

    def dried(self) -> Array:
        """The picture (H, W, 3) uint8."""
        paper = np.array((250, 245, 232), np.float32) * (1 + 0.012 * self.tooth[..., None])
        seen = paper * np.exp(-self.absorbed)
        return cv2.resize(seen.clip(0, 255), (WIDTH, HEIGHT), interpolation=3).astype(np.uint8)


def paint(rng: np.random.Generator) -> Array:
    """The picture (H, W, 3) uint8."""
    sheet = Sheet(rng)
    _sky(sheet)
    for mountain in RANGES:
        ridge = _ridge(sheet, mountain)
        _range(sheet, mountain, ridge)
        if mountain.ink:
            _texture(sheet, mountain, ridge)
    _lake(sheet)
    for x, y, height in ((74, 470, 158), (126, 500, 104), (26, 452, 124), (164, 530, 70)):
        _pine(sheet, x, y, height)
    _boat(sheet, 408, 628)
    _birds(sheet)
    _seal(sheet)
    return sheet.dried()


def _sky(sheet: Sheet) -> None:
    high = np.clip(1 - sheet.y / 330, 0, 1)
    wet = sheet.noise(150)
    sheet.wash(high * (0.16 + 0.13 * wet), INDIGO)
    sheet.wash(np.clip(0.1 + 0.12 * sheet.noise(190) - np.abs(sheet.y - 215) / 900, 0, 1), OCHRE)
    warm = np.exp(-((sheet.x - 420) ** 2 + (sheet.y - 150) ** 2) / 2 / 105**2)
    sheet.wash(warm * (0.17 + 0.05 * wet), VERMILION * 0.6 + OCHRE * 0.5)
    bloom(sheet, 60 - np.hypot(sheet.x - 420, sheet.y - 138), VERMILION, 0.62, 1.6)


def bloom(sheet: Sheet, inside: Array, pigment: Array, strength: float, wobble: float) -> None:
    """A wash that dried: darker along its edge, to which ``inside`` is the distance."""
    inside = inside + wobble * sheet.noise(26)
    body = np.clip(inside / 1.6, 0, 1)
    rim = body * np.exp(-np.maximum(inside, 0) / 2.6)
    backrun = np.exp(-((sheet.noise(60) - 0.7) ** 2) / 0.012)
    uneven = 0.82 + 0.16 * sheet.noise(60) + 0.12 * backrun
    sheet.wash(strength * (body * uneven + 0.55 * rim), pigment)


def _ridge(sheet: Sheet, mountain: Mountain) -> Array:
    """The height of the ridge at each column."""
    columns = sheet.x.shape[1]
    at = np.linspace(0, 1, columns)
    rough = sum(
        clouds(columns, 2, size * OVERSAMPLING, sheet.rng)[0] * size / 95 for size in (95, 34, 11)
    )
    summit = np.exp(-((at - mountain.peak) ** 2) / 2 / 0.2**2)
    crags = np.abs(rough) * 0.24 * (0.35 + summit)
    return mountain.top - mountain.relief * (summit * 0.9 + crags - 0.2)


def _range(sheet: Sheet, mountain: Mountain, ridge: Array) -> None:
    below = sheet.y - ridge + 1.3 * sheet.noise(13)
    mist = 1 + 0.3 * sheet.noise(110)
    fade = np.exp(-np.maximum(below, 0) / (mountain.depth * np.clip(mist, 0.45, 1.8) * 0.55))
    body = np.clip(below / 1.3, 0, 1)
    rim = np.exp(-np.maximum(below, 0) / 2.5)
    uneven = 0.86 + 0.2 * sheet.noise(48)
    sheet.absorbed *= (1 - 0.75 * body * np.clip(1.15 - below / 330, 0, 1))[..., None]
    sheet.wash(mountain.strength * body * (fade * uneven + 0.22 * rim), mountain.tint)
    stain = np.clip(sheet.noise(70) - 0.4, 0, 1) * body * fade
    sheet.wash(0.5 * mountain.strength * stain, OCHRE * 0.7 + VERMILION * 0.12)
    sheet.wash(0.4 * mountain.ink * np.clip(sheet.noise(52) - 0.5, 0, 1) * body * fade, SAP)


def _texture(sheet: Sheet, mountain: Mountain, ridge: Array) -> None:
    """Dry strokes that run down from the ridge, and its contour."""
    mask = np.zeros_like(sheet.tooth)
    rng = sheet.rng
    slope = np.gradient(cv2.GaussianBlur(ridge[None].astype(np.float32), (0, 0), 9)[0])
    for _ in range(int(260 + 260 * mountain.ink)):
        column = int(rng.integers(4, len(ridge) - 4))
        x, y = column / OVERSAMPLING, ridge[column] + rng.exponential(mountain.depth * 0.2)
        lean = (
            np.sign(slope[column]) * rng.uniform(0.3, 1.0) * min(1, 2.2 * abs(slope[column]) + 0.3)
        )
        length = rng.uniform(10, 42)
        part = np.linspace(0, 1, 16)
        bend = rng.normal(0, 3)
        path = np.stack([x + lean * length * part + bend * np.sin(part * 3), y + length * part], 1)
        weight = rng.uniform(0.6, 2.6) * np.exp(-(y - ridge[column]) / mountain.depth)
        stroke(mask, path, weight * np.sin(np.pi * (0.12 + 0.86 * part)))
    contour = np.stack([np.arange(len(ridge)) / OVERSAMPLING, ridge], 1)[::3]
    wave = clouds(len(contour), 2, 40, rng)[0]
    stroke(mask, contour, 1.0 + 0.9 * wave * mountain.ink)
    sheet.ink(mask, 0.62 * mountain.ink, 0.75)


def stroke(mask: Array, path: Array, widths: Array) -> None:
    """Draw a line of changing width (half of it, in pixels) along a path (n, 2)."""
    points = np.rint(path * OVERSAMPLING * 16).astype(int)
    radii = np.maximum(widths, 0.0) * OVERSAMPLING
    for index in range(len(points) - 1):
        radius = float(radii[index] + radii[index + 1]) / 2
        if radius > 0.25:
            ends = points[index].tolist(), points[index + 1].tolist()
            cv2.line(mask, *ends, min(1.0, 0.5 + radius / 2), max(1, round(2 * radius)), 16, 4)


def _lake(sheet: Sheet) -> None:
    depth = np.clip((sheet.y - 560) / 160, 0, 1)
    ripples = np.sin(sheet.y / (1.6 + 7 * depth) + 2.2 * sheet.noise(90))
    calm = np.clip(sheet.noise(120) * 0.5 + 0.6, 0, 1)
    sheet.wash(depth**0.7 * (0.24 + 0.1 * ripples * calm), INDIGO * 0.8 + SAP * 0.3)
    sheet.wash(np.exp(-(((sheet.x - 400) / 70) ** 2)) * depth * (0.08 + 0.06 * ripples), VERMILION)
    shore = sheet.y - (664 + 0.2 * sheet.x + 7 * np.sin(sheet.x / 29))
    bloom(sheet, shore, INDIGO * 0.5 + SAP * 0.8 + SOOT * 0.15, 0.75, 3)
    reeds = np.zeros_like(sheet.tooth)
    for _ in range(130):
        x = sheet.rng.uniform(-4, 230)
        part = np.linspace(0, 1, 10)
        lean, tall = sheet.rng.normal(3, 8), sheet.rng.uniform(14, 46)
        path = np.stack([x + lean * part**2, 690 + x * 0.17 - tall * part], 1)
        stroke(reeds, path, 1.3 * (1 - part) + 0.2)
    sheet.ink(reeds, 0.75, 0.35)


def _pine(sheet: Sheet, x: float, foot: float, height: float) -> None:
    rng = sheet.rng
    mask = np.zeros_like(sheet.tooth)
    part = np.linspace(0, 1, 30)
    sway = rng.uniform(4, 9)
    trunk = np.stack([x + sway * np.sin(part * 4.2), foot - height * part], 1)
    stroke(mask, trunk, (height / 34) * (1 - 0.78 * part))
    foliage = np.zeros_like(mask)
    for level in np.linspace(0.34, 1.0, 8):
        for side in (-1, 1):
            at = trunk[int(level * 29)]
            reach = side * height * (0.34 - 0.24 * level) * rng.uniform(0.6, 1.25)
            tip = at + np.array((reach, rng.normal(2, 3)))
            along = np.linspace(0, 1, 8)[:, None]
            stroke(mask, at + (tip - at) * along, 1.2 * (1 - 0.7 * along[:, 0]))
            _needles(foliage, at, tip, rng)
    spread = cv2.GaussianBlur(foliage, (0, 0), 4 * OVERSAMPLING)
    sheet.wash(0.4 * spread, SAP + INDIGO * 0.3)
    sheet.ink(foliage, 0.62, 0.3)
    sheet.ink(mask, 0.95, 0.5)


def _needles(mask: Array, start: Array, end: Array, rng: np.random.Generator) -> None:
    """Fans of short strokes along a branch."""
    for place in rng.uniform(0.25, 1.1, 5):
        centre = start + (end - start) * place
        for angle in rng.uniform(-np.pi * 1.02, 0.02, 9):
            length = rng.uniform(4, 9)
            tip = centre + length * np.array((np.cos(angle), 0.75 * np.sin(angle)))
            stroke(mask, np.stack([centre, tip]), np.array((0.55, 0.3)))


def _boat(sheet: Sheet, x: float, y: float) -> None:
    mask = np.zeros_like(sheet.tooth)
    part = np.linspace(-1, 1, 24)
    hull = np.stack([x + 27 * part, y - 4.5 * part**2 + 1.5 * part], 1)
    stroke(mask, hull, 2.4 * (1 - 0.8 * part**2))
    figure = np.array(((x - 7, y - 4), (x - 6.5, y - 9), (x - 6, y - 14)))
    stroke(mask, figure, np.array((2.6, 2.2, 1.4)))
    stroke(mask, np.array(((x - 10, y - 14.5), (x - 6, y - 17), (x - 2, y - 14))), np.full(3, 0.8))
    stroke(mask, np.array(((x - 4, y - 11), (x + 24, y - 27))), np.full(2, 0.5))
    sheet.ink(mask, 0.95, 0.25)
    ripple = np.exp(-(((sheet.x - x) / 24) ** 2)) * np.exp(-np.maximum(sheet.y - y, 0) / 9)
    sheet.wash(0.4 * ripple * (sheet.y > y) * (np.sin(sheet.y * 1.3) > -0.2), SOOT)


def _birds(sheet: Sheet) -> None:
    mask = np.zeros_like(sheet.tooth)
    part = np.linspace(-1, 1, 15)
    for x, y, span in ((258, 84, 9), (284, 70, 7), (306, 88, 6), (240, 62, 5.5), (326, 74, 5)):
        wing = np.stack([x + span * part, y - 0.55 * span * np.abs(np.sin(part * 2.3)) ** 0.8], 1)
        stroke(mask, wing, 0.85 * (1 - 0.75 * np.abs(part)))
    sheet.ink(mask, 0.85, 0.2)


def _seal(sheet: Sheet) -> None:
    """A small red stamp of an invented sign."""
    stamp = np.zeros_like(sheet.tooth)
    left, top, side = 536, 36, 30
    corners = np.rint(np.array((left, top, left + side, top + side)) * OVERSAMPLING).astype(int)
    cv2.rectangle(stamp, corners[:2].tolist(), corners[2:].tolist(), 1.0, -1)
    lines = (((6, 8), (24, 8)), ((15, 8), (15, 24)), ((7, 16), (23, 16)), ((6, 24), (24, 24)))
    for line in (*lines, ((7, 16), (7, 21)), ((23, 16), (23, 21))):
        start, end = np.rint((np.array(line) + np.array((left, top))) * OVERSAMPLING).astype(int)
        cv2.line(stamp, start.tolist(), end.tolist(), 0.0, 5, cv2.LINE_AA)
    caught = 1 / (1 + np.exp(-(sheet.tooth + 1.0) * 3))
    sheet.wash(cv2.GaussianBlur(stamp, (0, 0), 0.8) * caught * 1.1, VERMILION + SOOT * 0.06)
