"""Waves under a striped sun, as a print from four carved blocks."""

from __future__ import annotations

import cv2
import numpy as np
from brush import OVERSAMPLING, Array, clouds

WIDTH, HEIGHT = 720, 560
SUN = (500, 190, 104)

PAPER = np.array((240, 226, 196))
RED, OCHRE = np.array((204, 66, 40)), np.array((226, 164, 72))
TEAL, INDIGO = np.array((70, 132, 138)), np.array((24, 42, 84))

# base, height, length, phase: from the far swell to the near wave
WAVES = (
    (330, 18, 130, 0.3),
    (372, 34, 215, 2.1),
    (430, 58, 330, 4.4),
    (512, 92, 470, 0.9),
)


class Block:
    """The picture as inked so far, at twice its size."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        height, width = HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING
        self.y, self.x = np.mgrid[0:height, 0:width].astype(np.float32) / OVERSAMPLING
        self.fibre = self._noise(3)
        self.grain = self._grain()
        self.sheet = PAPER * (1 + 0.014 * self.fibre[..., None] + 0.01 * self._noise(90)[..., None])

    def print(self, where: Array, ink: Array, grain: float = 0.5, shift: tuple[int, int] = (0, 0)):
        """Press ink (3,) or (H, W, 3) through ``where`` (0..1); the wood's grain shows in it."""
        moved = np.array([(1, 0, shift[1]), (0, 1, shift[0])], np.float32)
        size = where.shape[::-1]
        where = cv2.warpAffine(
            where.astype(np.float32), moved, size, borderMode=cv2.BORDER_REPLICATE
        )
        edge = cv2.GaussianBlur(where, (0, 0), 1.1) + 0.05 * self.fibre
        pressed = np.clip((edge - 0.5) * 4 + 0.5, 0, 1)
        patchy = 0.9 - 0.13 * grain * np.clip(self.grain, 0, 2.5) + 0.03 * self.fibre
        holes = 1 / (1 + np.exp(-(self._noise(5) + 2.7) * 7))
        cover = (pressed * np.clip(patchy, 0, 1) * (0.35 + 0.65 * holes))[..., None]
        tooth = 1 + 0.02 * self.fibre[..., None]
        self.sheet = self.sheet * (1 - cover) + ink * tooth * cover

    def pulled(self) -> Array:
        """The picture (H, W, 3) uint8."""
        small = cv2.resize(self.sheet.clip(0, 255), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8)

    def _noise(self, size: float) -> Array:
        return clouds(self.x.shape[1], self.x.shape[0], size * OVERSAMPLING, self.rng)

    def _grain(self) -> Array:
        """Year rings of a plank cut along: long lines that bend around two knots."""
        bend = self.y + 9 * clouds(self.x.shape[1], self.x.shape[0], 620, self.rng)
        for x, y in ((170, 130), (610, 420)):
            away = np.hypot((self.x - x) / 3.4, self.y - y)
            bend = bend + 26 * np.sign(self.y - y) * np.exp(-away / 24)
        return np.sin(bend * 0.95) + 0.7 * np.sin(bend * 2.3 + 1) + 0.5 * self.fibre


def paint(rng: np.random.Generator) -> Array:
    """The picture (H, W, 3) uint8."""
    block = Block(rng)
    _sky(block)
    for index, wave in enumerate(WAVES):
        _wave(block, index, *wave)
    return block.pulled()


def cut(phase: Array, share: Array) -> Array:
    """Carved lines along the level sets of ``phase`` (period 1), inked over ``share`` of it."""
    triangle = np.abs((phase % 1) * 2 - 1)
    return triangle < share


def _sky(block: Block) -> None:
    x, y = block.x, block.y
    fade = np.clip((y - 20) / 300, 0, 1)
    block.print(np.ones_like(x), OCHRE * fade[..., None] + PAPER * (1 - fade[..., None]), 0.9)
    away = np.hypot(x - SUN[0], y - SUN[1])
    stripes = cut(
        (y - SUN[1]) / 23 + 0.012 * block._noise(60), 0.86 - 0.5 * np.clip((y - 170) / 120, 0, 1)
    )
    block.print((away < SUN[2]) & stripes, RED, 0.7, (3, -3))
    angle = np.arctan2(y - SUN[1], x - SUN[0])
    taper = np.clip((away - SUN[2] - 12) / 90, 0, 1) * np.clip(1.25 - away / 520, 0, 1)
    rays = cut(angle * 36 / (2 * np.pi) + 0.02 * block._noise(30), 0.3 * taper)
    block.print(rays & (taper > 0.02), RED * 0.55 + OCHRE * 0.45, 0.8)
    for left, top, long in ((70, 92, 210), (250, 150, 150), (-40, 196, 190), (560, 70, 150)):
        _cloud(block, left, top, long)


def _cloud(block: Block, left: float, top: float, long: float) -> None:
    """A flat-bottomed bank of scrolls."""
    shape = np.zeros_like(block.x)
    for part, radius in ((0.16, 0.1), (0.36, 0.155), (0.58, 0.12), (0.8, 0.085)):
        centre = (left + part * long, top + 26 - radius * long * 0.55)
        disc = radius * long - np.hypot(block.x - centre[0], block.y - centre[1])
        shape = np.maximum(shape, disc)
    for drop, inset in ((13, 0.0), (25, 0.16)):
        beyond = np.abs(block.x - left - 0.5 * long) - (0.5 - inset) * long
        shape = np.maximum(shape, 8 - np.hypot(np.maximum(beyond, 0), block.y - top - drop))
    block.print(shape > 0, PAPER, 0.2)
    lines = cut(shape / 8.5 + 0.04 * block._noise(20), 0.34)
    block.print((shape > 0) & lines, TEAL, 0.4)
    block.print((shape > 0) & (shape < 2.6), INDIGO, 0.3)


def _wave(block: Block, index: int, base: float, height: float, length: float, phase: float):
    x, y = block.x, block.y
    turn = 2 * np.pi * x / length + phase
    lean = turn + 0.62 * np.sin(turn)
    crest = base - height * (0.5 + 0.5 * np.sin(lean)) ** 1.7 + 2.0 * np.sin(x / 17 + index)
    below = y - crest + 0.8 * block._noise(14)
    body = below > 0
    share = np.clip(below / (1.7 * height + 20), 0, 1)
    block.print(body, INDIGO + (TEAL - INDIGO) * (0.95 - share)[..., None], 0.8, (2, 2))
    flow = below / (7 + 2.2 * index) - 0.55 * np.cos(lean) * (1 - share) + 0.05 * block._noise(40)
    pale = 0.5 * (1 - share) ** 1.3 * (0.6 + 0.4 * np.sin(lean - 0.6)) + 0.07
    block.print(body & cut(flow, pale) & (below > 8 + index), PAPER, 0.3)
    dark = cut(flow + 0.5, 0.12 + 0.34 * share)
    block.print(body & dark, INDIGO * 0.55, 0.4)
    block.print(body & (below < 2.0 + 0.7 * index), INDIGO * 0.5, 0.3)
    _foam(block, crest, height, index)


def _foam(block: Block, crest: Array, height: float, index: int) -> None:
    """Scallops that hang from the crest, and drops above it."""
    top = crest[0]
    columns = np.arange(0, top.shape[0], round(OVERSAMPLING * (7 + 3.2 * index)))
    shape = np.full_like(block.x, -99)
    for column in columns:
        steep = np.clip((top.max() - top[column]) / (top.max() - top.min() + 1e-6), 0, 1)
        if steep < 0.5:
            continue
        radius = (2.5 + 2.6 * index) * steep * block.rng.uniform(0.7, 1.35)
        x, y = column / OVERSAMPLING, top[column] + radius * block.rng.uniform(0.1, 1.1)
        shape = np.maximum(shape, radius - np.hypot(block.x - x, block.y - y))
        for _ in range(block.rng.poisson(0.5 * steep * index)):
            away = block.rng.exponential(0.22 * height) + 4
            drop = x + block.rng.normal(0, 11), top[column] - away
            size = block.rng.uniform(0.9, 1.3 + 0.5 * index)
            shape = np.maximum(shape, size - np.hypot(block.x - drop[0], block.y - drop[1]))
    block.print(shape > 0, PAPER * 1.03, 0.15)
    block.print((shape > 0) & (shape < 0.9 + 0.2 * index), INDIGO * 0.7, 0.2)
