"""A test picture, and what a network's features of it are: to compare one artefact with another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...engine.artefact import Artefact
from ...engine.engines import choose_engine
from ...engine.sessions import Sessions
from ...engine.statistics import statistics
from ...engine.targets import Values

Picture = NDArray[np.float32]


def sample_picture(height: int = 96, width: int = 128, turn: int = 0) -> Picture:
    """A picture (1, 3, H, W) of whole numbers from 0 to 255, the same on every machine.

    Args:
        height: in pixels.
        width: in pixels.
        turn: gives another picture of the same kind.
    """
    row, column, channel = np.ogrid[:height, :width, :3]
    slow = _wave(3 * row + 2 * column + 60 * channel + 40 * turn, 256)
    stripes = _wave((5 + turn) * row * (channel + 1) + 11 * column, 90)
    rings = _wave((row - height // 3) ** 2 + (column - width // 2) ** 2 + 97 * channel, 1024)
    mixed = (2 * slow + stripes + rings) // 4
    return np.ascontiguousarray(mixed.transpose(2, 0, 1)[None], np.float32)


def _wave(phase: NDArray[np.int_], period: int) -> NDArray[np.int_]:
    """Up from 0 to 255 and down again."""
    position = phase % period
    return np.minimum(position, period - 1 - position) * 510 // (period - 1)


def features_of(artefact: Artefact, picture: Picture) -> Values:
    """Grams and content features of a picture by an artefact, on the CPU in float32.

    Raises:
        ModelError: when ONNX Runtime refuses the artefact.
    """
    graph = Sessions(artefact).features(choose_engine("cpu"))
    return statistics(graph, artefact.manifest, picture)


def relative_difference(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """‖a − b‖ / ‖b‖."""
    exact = wanted.astype(np.float64)  # squares of what a wrong graph gives leave float32's range
    return float(np.linalg.norm(found - exact) / max(float(np.linalg.norm(exact)), 1e-30))


def fingerprint(values: NDArray[np.float32]) -> tuple[float, ...]:
    """Mean, root mean square, and the mean under a ramp along each axis that has any length.

    The ramps tell a picture that was mirrored, or whose channels were exchanged, from itself.
    """
    exact_values = values.astype(np.float64)
    moments = [exact_values.mean(), np.sqrt(np.square(exact_values).mean())]
    for axis, length in enumerate(values.shape):
        if length > 1:
            ramp = np.linspace(0, 1, length)
            moments.append((np.moveaxis(exact_values, axis, -1) * ramp).mean())
    return tuple(float(moment) for moment in moments)
