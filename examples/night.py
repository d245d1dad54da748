"""A windy night over a wheat field: thick paint along the curls of the wind."""

from __future__ import annotations

import numpy as np
from brush import Array, Canvas, blend, clouds, scattered, trace

WIDTH, HEIGHT = 720, 576
# x, y, radius, spin, all but the last in pixels
CURLS = ((300, 165, 92, 1.0), (452, 235, 66, -1.0), (95, 300, 70, -0.9), (650, 330, 60, 0.9))
# x, y, radius of the light
STARS = ((60, 62, 34), (172, 74, 20), (238, 330, 17), (395, 72, 26), (512, 128, 19))
STARS = (*STARS, (330, 288, 13), (690, 205, 22), (118, 182, 25), (560, 300, 15))
MOON = (612, 92, 66)

SKY = np.array(
    [(10, 17, 58), (20, 40, 112), (28, 72, 156), (52, 116, 182), (118, 172, 196), (208, 216, 176)],
    float,
)
LIGHT = np.array([(46, 96, 150), (150, 176, 120), (232, 196, 64), (250, 222, 96), (255, 246, 196)])
HILLS = np.array([(9, 20, 38), (16, 44, 66), (24, 74, 88), (58, 112, 104), (112, 140, 92)], float)
WHEAT = np.array([(72, 52, 24), (140, 94, 22), (198, 142, 30), (232, 186, 60), (246, 222, 128)])
TREE = np.array([(6, 12, 16), (12, 28, 26), (22, 50, 36), (50, 78, 40), (96, 96, 44)], float)


class Scene:
    """Which way the brush goes at each pixel, and what lies there."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.y, self.x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
        x = self.x
        self.skyline = 402 + 24 * np.sin(x / 88 + 0.4) + 12 * np.sin(x / 37 + 2)
        self.ridge = 440 + 20 * np.sin(x / 120 + 2.4) + 7 * np.sin(x / 31)
        self.edge = 474 + 12 * np.sin(x / 150 + 5.2)
        self.tree = self._tree(164, 575, 300, 40) | self._tree(218, 575, 178, 27)
        self.hills = (self.y > self.skyline) & ~self.tree
        self.field = (self.y > self.edge) & ~self.tree
        self.glow, self.rings = self._lights()
        self.angle = self._angle()
        self.colour = self._colour()

    def _tree(self, x: float, foot: float, height: float, girth: float) -> Array:
        """A poplar like a flame."""
        part = np.clip((foot - self.y) / height, 0, 1)
        lean = x + 9 * np.sin(part * 5.0) * (1 - 0.3 * part)
        half = girth * np.sqrt(part + 0.12) * (1 - part) ** 0.75 * 1.55
        half *= 1 + 0.16 * np.sin(part * 34 + x)
        return (np.abs(self.x - lean) < half) & (self.y > foot - height)

    def _lights(self) -> tuple[Array, Array]:
        """How much light of moon and stars falls on a pixel, and the rings around them."""
        glow, rings = np.zeros_like(self.x), np.zeros_like(self.x)
        for x, y, radius in (*STARS, MOON):
            distance = np.hypot(self.x - x, self.y - y) / radius
            here = np.exp(-(distance**2.2) / 1.1)
            rings = np.where(here > glow, np.sin(distance * 9.5), rings)
            glow = np.maximum(glow, here)
        return glow, rings

    def _angle(self) -> Array:
        wind_x = np.ones_like(self.x)
        wind_y = 0.32 * np.sin(self.x / 92 + self.y / 150) + 0.16 * np.sin(self.y / 40)
        for x, y, radius, spin in CURLS:
            dx, dy = (self.x - x) / radius, (self.y - y) / radius
            pull = 5.2 * spin * np.exp(-(dx**2 + dy**2) / 1.7)
            wind_x, wind_y = wind_x - pull * dy, wind_y + pull * dx
        for x, y, radius in (*STARS, MOON):
            dx, dy = (self.x - x) / radius, (self.y - y) / radius
            pull = 9 * np.exp(-(dx**2 + dy**2) / 1.9)
            wind_x, wind_y = wind_x - pull * dy, wind_y + pull * dx
        sky = np.arctan2(wind_y, wind_x)
        slope = np.arctan(np.gradient(self.skyline, axis=1))
        slope += 0.35 * np.sin(self.x / 44 + self.y / 15)
        rows = np.arctan2(self.y - 452, self.x - 470)
        rows += 0.12 * np.sin(self.x / 25)
        flame = -np.pi / 2 + 0.42 * np.sin(self.y / 21 + self.x / 17)
        angle = np.where(self.hills, slope, sky)
        angle = np.where(self.field, rows, angle)
        return np.where(self.tree, flame, angle)

    def _colour(self) -> Array:
        noise = clouds(WIDTH, HEIGHT, 70, self.rng)
        fine = clouds(WIDTH, HEIGHT, 14, self.rng)
        sky = blend(SKY, self._sky_tone() + 0.09 * noise + 0.05 * fine)
        light = blend(LIGHT, 0.16 + 0.95 * self.glow + 0.12 * self.rings * (1 - self.glow))
        share = np.clip(1.5 * self.glow - 0.06 + 0.18 * self.rings * self.glow, 0, 1)[..., None]
        colour = sky * (1 - share) + light * share
        band = np.clip((self.y - self.skyline) / 70, 0, 1)
        far = 0.62 - 0.5 * band + 0.2 * np.sin(self.y / 5.5 + self.x / 40) + 0.1 * fine
        near = 0.14 + 0.3 * (self.y < self.ridge + 7) + 0.1 * noise + 0.12 * fine
        hills = blend(HILLS, np.where(self.y > self.ridge, near, far))
        rows = np.arctan2(self.y - 452, self.x - 470)
        depth = np.clip((self.y - self.edge) / 90, 0, 1)
        wheat = blend(WHEAT, 0.58 + 0.3 * np.sin(rows * 46) * depth + 0.1 * noise - 0.1 * depth)
        tree = blend(TREE, 0.32 + 0.26 * np.sin(self.x / 5.2 + self.y / 34) + 0.13 * fine)
        colour = np.where(self.hills[..., None], hills, colour)
        colour = np.where(self.field[..., None], wheat, colour)
        return np.where(self.tree[..., None], tree, colour)

    def _sky_tone(self) -> Array:
        """Dark above, pale at the hills, and light arms that wind into every curl."""
        tone = 0.2 + 0.42 * np.clip(self.y / 400, 0, 1) ** 2.2
        tone = tone + 0.1 * np.sin(self.y / 23 + 1.4 * np.sin(self.x / 92))
        for x, y, radius, spin in CURLS:
            dx, dy = self.x - x, self.y - y
            distance = np.hypot(dx, dy) / radius
            arms = np.sin(2 * np.arctan2(dy, dx) * spin - 4.2 * np.log(distance + 0.12))
            tone = tone + np.exp(-(distance**2) / 2.2) * (0.16 + 0.3 * arms)
        return tone


def paint(rng: np.random.Generator) -> Array:
    """The picture (H, W, 3) uint8."""
    scene = Scene(rng)
    canvas = Canvas(WIDTH, HEIGHT, np.array((38, 34, 40)), rng)
    layers = ((26, 90, 13, 0.5), (14, 78, 7.5, 0.8), (8.5, 60, 5.4, 1.0), (5.5, 42, 6.6, 1.2))
    for width, length, spacing, body in layers:
        _layer(canvas, scene, width, length, spacing, body)
    return canvas.lit(relief=1.5)


def _layer(
    canvas: Canvas, scene: Scene, width: float, length: float, spacing: float, body: float
) -> None:
    rng = canvas.rng
    starts = scattered(WIDTH, HEIGHT, spacing, rng)
    column = starts[:, 0].astype(int).clip(0, WIDTH - 1)
    row = starts[:, 1].astype(int).clip(0, HEIGHT - 1)
    short = np.where(scene.glow[row, column] > 0.3, 0.5, 1.0)
    short = np.where(scene.tree[row, column], 0.7, short)
    paths = trace(scene.angle, starts, length * short * rng.uniform(0.6, 1.25, len(starts)))
    colours = scene.colour[row, column] * rng.normal(1, 0.1, (len(starts), 1))
    colours += rng.normal(0, 9, (len(starts), 3))
    for path, colour in zip(paths, colours, strict=True):
        canvas.stroke(path, width * rng.uniform(0.7, 1.2), colour.clip(0, 255), body)
