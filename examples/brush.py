"""A canvas that takes bristle strokes, and remembers how thick the paint lies."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
OVERSAMPLING = 2
SUBPIXEL = 4  # fractional bits of the coordinates that OpenCV draws at


class Canvas:
    """Paint as colour (RGB) and thickness, at twice the picture's size."""

    def __init__(self, width: int, height: int, ground: Array, rng: np.random.Generator) -> None:
        self.width, self.height, self.rng = width, height, rng
        shape = (height * OVERSAMPLING, width * OVERSAMPLING, 4)
        self.paint = np.empty(shape, np.uint8)
        self.paint[..., :3] = ground
        self.paint[..., 3] = rng.normal(70, 9, shape[:2]).clip(0, 255)

    def stroke(self, path: Array, width: float, colour: Array, body: float = 1.0) -> None:
        """Draw a stroke along ``path`` (n, 2) of x, y; ``body`` is how thick its paint is."""
        width *= OVERSAMPLING
        bristles = max(3, round(width / 1.7))
        across = np.linspace(-1, 1, bristles) + self.rng.normal(0, 0.06, bristles)
        tints, heights = self._load(across, colour, body)
        thickness = max(1, round(1.5 * width / bristles))
        curves = self._bristles(path * OVERSAMPLING, across * width / 2)
        for index in self.rng.permutation(bristles):
            start, end = self._ragged_ends(len(path), across[index])
            tint = (*tints[index].tolist(), float(heights[index]))
            curve = np.rint(curves[index, start:end] * 2**SUBPIXEL).astype(np.int32)
            cv2.polylines(self.paint, [curve], False, tint, thickness, cv2.LINE_AA, SUBPIXEL)

    def lit(self, light: tuple[float, float] = (-0.7, -0.7), relief: float = 1.0) -> Array:
        """The picture (H, W, 3) uint8 as seen with a lamp at the side that ``light`` names."""
        thickness = cv2.GaussianBlur(self.paint[..., 3].astype(np.float32), (0, 0), 0.9)
        slope_x, slope_y = cv2.Sobel(thickness, -1, 1, 0), cv2.Sobel(thickness, -1, 0, 1)
        facing = -(slope_x * light[0] + slope_y * light[1]) * relief / 255 * -1
        colour = self.paint[..., :3].astype(np.float32)
        colour *= (1 + 0.42 * np.tanh(facing))[..., None]
        colour += 60 * np.clip(facing - 0.45, 0, 1)[..., None]
        size = (self.width, self.height)
        return cv2.resize(colour.clip(0, 255), size, interpolation=cv2.INTER_AREA).astype(np.uint8)

    def _load(self, across: Array, colour: Array, body: float) -> tuple[Array, Array]:
        """What each bristle carries: colour (n, 3) not quite mixed, and thickness (n,)."""
        shades = self.rng.normal(1, 0.085, (len(across), 1))
        tints = colour * shades + self.rng.normal(0, 5, (len(across), 3))
        ridges = 45 * np.abs(across) ** 3 + self.rng.normal(0, 26, len(across))
        return tints.clip(0, 255), (105 + 40 * body + ridges * body).clip(0, 255)

    def _bristles(self, path: Array, offsets: Array) -> Array:
        """Curves (bristles, n, 2) beside the path."""
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
        pressure = np.sqrt(np.sin(np.linspace(0.25, np.pi - 0.35, len(path))))
        return path + normal * offsets[:, None, None] * pressure[:, None]

    def _ragged_ends(self, points: int, across: float) -> tuple[int, int]:
        """Where a bristle touches down and lifts: later and earlier towards the stroke's edge."""
        slack = points * (0.06 + 0.12 * min(abs(across), 1) ** 2)
        start = int(abs(self.rng.normal(0, slack)))
        end = points - int(abs(self.rng.normal(0, 1.6 * slack)))
        return (start, end) if end - start >= 2 else (0, points)


def trace(angle: Array, starts: Array, lengths: Array, points: int = 14) -> Array:
    """Follow a field of angles (H, W) from ``starts`` (n, 2) both ways: paths (n, points, 2)."""
    half = points // 2
    step = lengths / points
    ahead = _follow(angle, starts, step, half + points % 2)
    behind = _follow(angle, starts, -step, half)
    return np.concatenate([behind[::-1], starts[None], ahead], axis=0).transpose(1, 0, 2)


def _follow(angle: Array, position: Array, step: Array, steps: int) -> Array:
    height, width = angle.shape
    taken: list[Array] = []
    for _ in range(steps):
        column = position[:, 0].astype(int).clip(0, width - 1)
        row = position[:, 1].astype(int).clip(0, height - 1)
        heading = angle[row, column]
        position = position + step[:, None] * np.stack([np.cos(heading), np.sin(heading)], 1)
        taken.append(position)
    return np.array(taken)


def scattered(width: int, height: int, spacing: float, rng: np.random.Generator) -> Array:
    """Points (n, 2) of a jittered grid that reaches past the edges, in random order."""
    x, y = np.meshgrid(
        np.arange(-spacing, width + spacing, spacing),
        np.arange(-spacing, height + spacing, spacing),
    )
    points = np.stack([x.ravel(), y.ravel()], 1)
    return rng.permutation(points + rng.uniform(-0.6, 0.6, points.shape) * spacing)


def clouds(width: int, height: int, size: float, rng: np.random.Generator) -> Array:
    """Smooth noise (H, W) of mean 0 and deviation 1 whose blobs are about ``size`` pixels."""
    total = np.zeros((height, width), np.float32)
    for octave in range(4):
        cell = max(size / 2**octave, 1.0)
        coarse = rng.normal(size=(int(height / cell) + 3, int(width / cell) + 3))
        full = cv2.resize(coarse.astype(np.float32), None, fx=cell, fy=cell, interpolation=2)
        total += full[:height, :width] / 2**octave
    return (total - total.mean()) / total.std()


def blend(palette: Array, where: Array) -> Array:
    """Colours (..., 3) at ``where`` in 0..1 along a palette (n, 3)."""
    place = np.clip(where, 0, 1) * (len(palette) - 1)
    low = np.minimum(place.astype(int), len(palette) - 2)
    part = (place - low)[..., None]
    return palette[low] * (1 - part) + palette[low + 1] * part
