"""Small pictures, and scenes of them, for a narrow network."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from stylecore import Painter, Settings, read_scene

RNG = np.random.default_rng(0)


def picture(cells, low=0, high=256):
    """Coloured clouds, finer where there are more cells."""
    small = RNG.integers(low, high, (cells, cells, 3), np.uint8)
    return cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC)


_PICTURES = SimpleNamespace(
    content=picture(5), style=picture(24, high=120), other=picture(12, low=90)
)


@pytest.fixture(scope="session")
def pictures():
    """A content, a style, and another one."""
    return _PICTURES


@pytest.fixture(scope="session")
def painter(narrow_artefact):
    settings = Settings(engine="cpu", threads=1)
    with Painter(narrow_artefact["average"], settings) as painter:
        yield painter


@pytest.fixture
def scene_of():
    """A scene of the pictures, by the names of its styles, controls and settings."""

    def scene_of(*styles, where=None, **settings):
        settings = Settings(**{"size": 64, "coarsest": 32, "steps": 6, "engine": "cpu"} | settings)
        given = [getattr(_PICTURES, name) for name in styles or ("style",)]
        return read_scene(_PICTURES.content, given, settings, **(where or {}))

    return scene_of
