"""Leaves under a sun, cut out of coloured paper and printed through six screens."""

from __future__ import annotations

import cv2
import numpy as np
from brush import OVERSAMPLING, Array, clouds

WIDTH, HEIGHT = 720, 560
SUN = (262, 176, 74)

PAPER = np.array((247, 238, 216))
INKS = np.array(
    (
        *((250, 190, 176), (232, 78, 52), (246, 178, 40)),
        *((20, 128, 118), (24, 38, 84), (128, 196, 204)),
    ),
    float,
)
BARE, PINK, CORAL, MUSTARD, TEAL, NAVY, SKY = range(7)

# ink, height at the left edge, at the middle and at the right edge, and how the ridge swings
HILLS = (
    (SKY, 262, 300, 210, 18),
    (MUSTARD, 286, 362, 292, -26),
    (CORAL, 392, 330, 404, 22),
    (TEAL, 430, 448, 356, -30),
    (NAVY, 520, 452, 508, 24),
)


class Sheet:
    """Which ink lies where, at twice the picture's size; what is cut later lies above."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        height, width = HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32) / OVERSAMPLING
        self.ink = np.full((height, width), PINK, np.uint8)

    def lay(self, shape: Array, ink: int) -> None:
        """Lay a cut shape (H, W) of bool."""
        self.ink[shape] = ink

    def limbs(self, *limbs: tuple[Array, Array]) -> Array:
        """The shape of round-ended limbs grown together, each a path (n, 2) with radii (n,)."""
        shape = np.zeros(self.ink.shape, np.uint8)
        for path, radii in limbs:
            for point, radius in zip(path * OVERSAMPLING, radii * OVERSAMPLING, strict=True):
                centre = np.rint(point * 16).astype(int).tolist()
                cv2.circle(shape, centre, max(1, round(radius * 16)), 255, -1, cv2.LINE_8, 4)
        return cv2.GaussianBlur(shape, (0, 0), 1.9 * OVERSAMPLING) > 122

    def printed(self) -> Array:
        """The picture (H, W, 3) uint8: each ink through its own screen, none quite in register."""
        ink = self._cut_by_hand()
        height, width = ink.shape
        fibre = clouds(width, height, 3 * OVERSAMPLING, self.rng)[..., None]
        mottle = clouds(width, height, 40 * OVERSAMPLING, self.rng)[..., None]
        sheet = PAPER * (1 + 0.012 * fibre + 0.006 * mottle)
        for number, colour in enumerate(INKS, start=1):
            sheet = sheet * (1 - self._pressed(ink == number)[..., None] * (1 - colour / PAPER))
        size = (WIDTH, HEIGHT)
        small = cv2.resize(sheet.clip(0, 255), size, interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8)

    def _cut_by_hand(self) -> Array:
        """Edges that waver as those of scissors do."""
        height, width = self.ink.shape
        moves = [clouds(width, height, 44 * OVERSAMPLING, self.rng) for _ in range(2)]
        x, y = (
            (place + 1.1 * move).astype(np.float32) * OVERSAMPLING
            for place, move in zip((self.x, self.y), moves, strict=True)
        )
        return cv2.remap(self.ink, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)

    def _pressed(self, where: Array) -> Array:
        """How much of an ink (H, W) comes through its screen: nearly all, with pinholes."""
        height, width = where.shape
        shift = self.rng.uniform(-1.1, 1.1, 2)
        moved = np.array([(1, 0, shift[0]), (0, 1, shift[1])], np.float32)
        edge = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 0.8)
        edge = cv2.warpAffine(edge, moved, (width, height), borderMode=cv2.BORDER_REPLICATE)
        speckle = clouds(width, height, 3.4 * OVERSAMPLING, self.rng)
        holes = 1 / (1 + np.exp(-(speckle + 3.0) * 6))
        patchy = 0.975 + 0.012 * clouds(width, height, 90 * OVERSAMPLING, self.rng)
        return edge * (0.5 + 0.5 * holes) * np.clip(patchy, 0, 1)


def paint(rng: np.random.Generator) -> Array:
    """The picture (H, W, 3) uint8."""
    sheet = Sheet(rng)
    _sky(sheet)
    for number, hill in enumerate(HILLS):
        _hill(sheet, number, *hill)
    _plants(sheet)
    return sheet.printed()


def curve(start: tuple[float, float], angle: float, long: float, bend: float, points: int = 40):
    """A path (points, 2) that sets out at an angle and turns by ``bend`` along its length."""
    heading = angle + bend * np.linspace(0, 1, points)
    steps = np.stack([np.cos(heading), np.sin(heading)], 1) * long / points
    return np.array(start) + np.cumsum(steps, axis=0)


def frond(
    start: tuple[float, float], angle: float, long: float, bend: float, lobes: int = 6
) -> list[tuple[Array, Array]]:
    """A leaf of fingers on both sides of a bent rib, longest in its middle."""
    rib = curve(start, angle, long, bend)
    limbs = [(rib, np.linspace(0.032, 0.016, len(rib)) * long)]
    for number in range(lobes):
        part = 0.16 + 0.74 * number / (lobes - 1)
        heading = angle + bend * part
        reach = long * (0.36 - 0.25 * part) * (0.75 + 0.25 * np.sin(np.pi * part))
        root = rib[round(part * (len(rib) - 1))]
        for side in (-1, 1):
            finger = curve(tuple(root), heading + side * (1.2 - 0.3 * part), reach, -side * 0.7)
            swell = 0.6 + 0.55 * np.sin(np.linspace(0, 0.82 * np.pi, len(finger)))
            limbs.append((finger, (0.036 - 0.012 * part) * long * swell))
    tip = curve(tuple(rib[-1]), angle + bend, 0.1 * long, 0.2 * bend)
    return [*limbs, (tip, np.full(len(tip), 0.026 * long))]


def sprig(
    start: tuple[float, float], angle: float, long: float, bend: float, pairs: int = 6
) -> list[tuple[Array, Array]]:
    """A thin stem with pointed leaves, and one at its end."""
    stem = curve(start, angle, long, bend)
    limbs = [(stem, np.full(len(stem), 2.2))]
    for number in range(pairs):
        part = 0.24 + 0.7 * number / (pairs - 1)
        root = tuple(stem[round(part * (len(stem) - 1))])
        for side in (-1, 1):
            reach = long * (0.25 - 0.09 * part)
            heading = angle + bend * part + side * 0.9
            limbs.append(blade(root, heading, reach, -side * 0.35))
    return [*limbs, blade(tuple(stem[-1]), angle + bend, 0.16 * long, 0)]


def blade(start: tuple[float, float], angle: float, long: float, bend: float):
    """A leaf with a point: a path with its radii."""
    path = curve(start, angle, long, bend)
    return path, np.maximum(1.3, 0.2 * long * np.sin(np.linspace(0, np.pi, len(path))) ** 0.85)


def _sky(sheet: Sheet) -> None:
    x, y = sheet.x, sheet.y
    away, angle = np.hypot(x - SUN[0], y - SUN[1]), np.arctan2(y - SUN[1], x - SUN[0])
    sheet.lay(away < 232 + 9 * np.sin(3 * angle + 1), BARE)
    for number in range(22):
        heading = number * 2 * np.pi / 22 + 0.05
        long = 74 if number % 2 else 52
        root = SUN[0] + 96 * np.cos(heading), SUN[1] + 96 * np.sin(heading)
        sheet.lay(sheet.limbs(blade(root, heading, long, 0.25)), MUSTARD if number % 2 else CORAL)
    sheet.lay(away < SUN[2] + 2 * np.sin(5 * angle), CORAL)
    for left, top, long, ink in ((500, 74, 150, SKY), (585, 132, 190, BARE), (-30, 60, 120, SKY)):
        cloud = curve((left, top), 0.25, long, -0.6)
        puffs = 11 + 11 * np.abs(np.sin(np.linspace(0.3, 3 * np.pi - 0.4, len(cloud))))
        sheet.lay(sheet.limbs((cloud, puffs)), ink)


def _hill(
    sheet: Sheet, number: int, ink: int, left: float, middle: float, right: float, swing: float
) -> None:
    x, y = sheet.x / WIDTH, sheet.y
    ridge = left + (right - left) * x + 4 * (middle - (left + right) / 2) * x * (1 - x)
    ridge = ridge + swing * np.sin(2 * np.pi * (1.15 * x + 0.2 * number))
    below = y - ridge
    sheet.lay(below > 0, ink)
    if number == 0:
        return
    furrow = (below / (24 + 5 * number) + 0.22 * np.sin(5 * x + number)) % 1
    taper = 0.27 * np.sin(np.pi * np.clip(1.5 * x - 0.3 * (number % 3), 0, 1))
    rows = (below > 12) & (np.abs(furrow - 0.5) < taper)
    sheet.lay(rows, (BARE, CORAL, PINK, SKY, TEAL)[number])


def _plants(sheet: Sheet) -> None:
    """From the small ones on the hills to the large ones at the front."""
    for x, y, size, ink in ((398, 342, 84, TEAL), (60, 330, 104, CORAL), (226, 378, 96, NAVY)):
        sheet.lay(sheet.limbs(*sprig((x, y), -1.62, size, 0.2, 3)), ink)
    sheet.lay(sheet.limbs(*frond((548, 612), -1.8, 500, 0.5, 6)), NAVY)
    sheet.lay(sheet.limbs(*frond((676, 606), -1.5, 322, -0.45, 5)), CORAL)
    sheet.lay(sheet.limbs(*frond((160, 606), -1.5, 262, -0.45, 5)), BARE)
    sheet.lay(sheet.limbs(*sprig((318, 596), -1.35, 230, -0.5)), MUSTARD)
    sheet.lay(sheet.limbs(*frond((20, 600), -1.5, 214, 0.35, 4)), PINK)
    sheet.lay(sheet.limbs(*sprig((440, 596), -1.75, 190, 0.6, 5)), SKY)
