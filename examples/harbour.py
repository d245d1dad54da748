"""Sails before a low sun, set in square dabs of unmixed colour as the divisionists did."""

from __future__ import annotations

import cv2
import numpy as np
from brush import Array, Canvas, blend, clouds, scattered, trace

WIDTH, HEIGHT = 720, 560
SUN = (418, 262)
HORIZON = 330

SKY = np.array(
    (
        *((255, 244, 176), (255, 214, 112), (250, 168, 96), (238, 132, 128)),
        *((186, 124, 176), (122, 130, 196), (92, 156, 196)),
    ),
    float,
)
HILLS = np.array([(96, 84, 152), (134, 96, 160), (196, 112, 132), (92, 110, 176)], float)
WATER = np.array([(24, 92, 132), (46, 128, 158), (96, 160, 176), (210, 148, 140)], float)
GLITTER = np.array([(246, 150, 84), (255, 206, 96), (255, 240, 170)], float)
SAILS = np.array([(176, 38, 42), (226, 84, 36), (248, 146, 52)], float)
CREAM = np.array([(190, 120, 130), (240, 206, 160), (255, 240, 206)], float)
HULL = np.array([(34, 28, 84), (66, 40, 110), (30, 70, 110)], float)
PINE = np.array([(14, 46, 62), (22, 86, 70), (70, 122, 54), (150, 150, 54)], float)
TRUNK = np.array([(70, 34, 74), (134, 56, 60), (206, 104, 62)], float)

# foot x, waterline y, height, palette
BOATS = ((196, 432, 210, SAILS), (560, 398, 132, CREAM), (640, 372, 84, SAILS))
BOATS = (*BOATS, (330, 352, 42, CREAM), (486, 348, 34, SAILS))


class Scene:
    """What colours lie at a pixel, and how the dabs are turned there."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.y, self.x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
        self.noise = clouds(WIDTH, HEIGHT, 46, rng)
        far = np.hypot(self.x - SUN[0], (self.y - SUN[1]) * 1.25)
        self.angle = np.arctan2((self.y - SUN[1]) * 1.25, self.x - SUN[0]) + np.pi / 2
        rings = 0.035 * np.sin(far / 11)
        self.colour = blend(SKY, (far / 520) ** 0.8 + rings + 0.05 * self.noise)
        self.colour[far < 30] = (255, 252, 224)
        self._sea()
        self._hills()
        for boat in sorted(BOATS, key=lambda boat: boat[1]):
            self._boat(*boat)
        self._pine(rng)

    def _put(self, where: Array, colour: Array, angle: Array | float) -> None:
        self.colour[where] = np.broadcast_to(colour, self.colour.shape)[where]
        self.angle[where] = np.broadcast_to(angle, self.angle.shape)[where]

    def _sea(self) -> None:
        depth = (self.y - HORIZON) / (HEIGHT - HORIZON)
        swell = np.sin(self.y / (2 + 9 * np.clip(depth, 0, 1)) + 1.3 * np.sin(self.x / 60))
        tone = 0.85 - 0.75 * depth + 0.16 * swell + 0.1 * self.noise
        water = blend(WATER, tone)
        spread = 26 + 150 * np.clip(depth, 0, 1)
        path = np.exp(-(((self.x - SUN[0]) / spread) ** 2)) * (0.55 + 0.55 * swell)
        share = np.clip(1.25 * path, 0, 1)[..., None]
        water = water * (1 - share) + blend(GLITTER, path) * share
        self._put(self.y > HORIZON, water, 0.16 * np.cos(self.x / 46 + self.y / 13))

    def _hills(self) -> None:
        for base, height, phase, tone in ((300, 34, 0.6, 0.55), (322, 26, 3.1, 0.15)):
            top = base - height * np.sin(self.x / 110 + phase) - 7 * np.sin(self.x / 31 + phase)
            slope = np.arctan(np.gradient(top, axis=1))
            shade = tone + 0.12 * self.noise + 0.01 * (self.y - top)
            self._put((self.y > top) & (self.y <= HORIZON), blend(HILLS, shade), slope)

    def _boat(self, x: float, waterline: float, height: float, palette: Array) -> None:
        self._reflection(x, waterline, height, palette)
        main = [(0.02, -0.98), (0.05, -0.12), (0.46, -0.14)]
        jib = [(-0.02, -0.88), (-0.03, -0.14), (-0.3, -0.12)]
        for corners, light in ((main, 0.62), (jib, 0.3)):
            sail = self._inside(x, waterline, height, corners)
            fold = 0.22 * np.sin((self.x - x) / height * 15 + (self.y / height) * 3)
            self._put(sail, blend(palette, light + fold), 1.25 if light > 0.5 else 1.9)
        corners = [(-0.36, -0.09), (0.44, -0.1), (0.34, 0.03), (-0.27, 0.03)]
        hull = self._inside(x, waterline, height, corners)
        self._put(hull, blend(HULL, 0.5 + 0.4 * self.noise), 0.05)

    def _reflection(self, x: float, waterline: float, height: float, palette: Array) -> None:
        below = (self.y - waterline) / height
        sway = 0.05 * np.sin(self.y / 5.0) + 0.03 * np.sin(self.y / 2.3)
        across = (self.x - x) / height + sway
        seen = (below > 0) & (below < 0.62) & (across > -0.28 + 0.34 * below)
        seen &= (across < 0.42 - 0.5 * below) & (np.sin(self.y / 3.1 + self.x / 40) > -0.62)
        mirrored = 0.6 * blend(palette, 0.3 + 0.5 * below) + 0.4 * self.colour
        self._put(seen, mirrored, 0.0)

    def _inside(self, x: float, y: float, height: float, corners: list[tuple[float, float]]):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        points = np.array([(x + a * height, y + b * height) for a, b in corners])
        cv2.fillPoly(mask, [np.rint(points).astype(np.int32)], 1)
        return mask > 0

    def _pine(self, rng: np.random.Generator) -> None:
        """A pine that frames the view, its crown built of cushions."""
        lean = 44 + 30 * np.sin(self.y / 150) + 10 * np.sin(self.y / 47)
        trunk = np.abs(self.x - lean) < 9 + 12 * np.clip((self.y - 330) / 230, 0, 1)
        bark = blend(TRUNK, 0.5 + (self.x - lean) / 40 + 0.15 * self.noise)
        self._put(trunk & (self.y > 40), bark, 1.45)
        ground = self.y > 512 + 16 * np.sin(self.x / 70) + (self.x / 9)
        self._put(ground, blend(PINE, 0.35 + 0.25 * self.noise), 0.2)
        for _ in range(30):
            reach = rng.uniform(-1, 1)
            x = 84 + 150 * reach
            y = rng.uniform(12, 60) + 62 * reach**2
            wide, high = rng.uniform(34, 62), rng.uniform(15, 26)
            across, down = (self.x - x) / wide, (self.y - y) / high
            cushion = (across**2 + down**2) < 1 + 0.25 * self.noise
            shade = 0.42 + 0.3 * across - 0.36 * down + 0.1 * self.noise
            self._put(cushion, blend(PINE, shade), np.arctan2(down, across) + 1.57)


def paint(rng: np.random.Generator) -> Array:
    """The picture (H, W, 3) uint8."""
    scene = Scene(rng)
    canvas = Canvas(WIDTH, HEIGHT, np.array((226, 210, 180)), rng)
    for width, length, spacing, body in ((15, 24, 9.5, 0.5), (9.5, 13, 7.4, 0.9), (7.5, 10, 8, 1)):
        starts = scattered(WIDTH, HEIGHT, spacing, rng)
        column = starts[:, 0].astype(int).clip(0, WIDTH - 1)
        row = starts[:, 1].astype(int).clip(0, HEIGHT - 1)
        paths = trace(scene.angle, starts, length * rng.uniform(0.85, 1.2, len(starts)), 8)
        colours = divided(scene.colour[row, column], rng)
        for path, colour in zip(paths, colours, strict=True):
            canvas.stroke(path, width * rng.uniform(0.85, 1.1), colour, body)
    return canvas.lit(relief=1.2)


def divided(colours: Array, rng: np.random.Generator) -> Array:
    """Colours (n, 3) split as Seurat's friends did: purer, of neighbouring hues, some opposite."""
    hls = cv2.cvtColor(colours[None].astype(np.float32) / 255, cv2.COLOR_RGB2HLS)[0]
    hls[:, 0] += rng.normal(0, 15, len(hls))
    hls[:, 0] += np.where(rng.random(len(hls)) < 0.035, 180, 0)
    hls[:, 1] = np.clip(hls[:, 1] + rng.normal(0, 0.055, len(hls)), 0.05, 0.95)
    hls[:, 2] = np.clip(hls[:, 2] * 1.12 + 0.04, 0, 1)
    hls[:, 0] %= 360
    return cv2.cvtColor(hls[None].astype(np.float32), cv2.COLOR_HLS2RGB)[0] * 255
