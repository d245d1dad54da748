"""Short films to read and to paint."""

import numpy as np
import pytest

from stylecore.feedforward.filmwriter import FilmWriter


@pytest.fixture(scope="session")
def film_frames():
    """Makes frames: a square that goes over a ramp, in colours of its own."""
    return frames


@pytest.fixture(scope="session")
def write_film():
    """Writes a film of such frames."""
    return write


def frames(count, height=48, width=64):
    ramp = np.linspace(60, 190, width)[None, :, None] * np.ones((height, 1, 3))
    found = []
    for number in range(count):
        frame = ramp.copy()
        frame[8:24, 4 + 3 * number : 20 + 3 * number] = (220, 40, 60)
        found.append(frame.astype(np.uint8))
    return found


def write(path, count=6, rate=12.0, height=48, width=64):
    with FilmWriter(path, rate, width, height) as writer:
        for frame in frames(count, height, width):
            writer.write(frame)
    writer.check()
    return path
