"""Small pictures, and searches over them on a narrow network."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylecore.painter import Painter
from stylecore.pictures.images import write_image
from stylecore.settings import Settings
from stylecore.tune.painters import Painters
from stylecore.tune.portfolio import Portfolio
from stylecore.tune.search import Search
from stylecore.tune.tuner import Tuner

SETTINGS = Settings(size=96, coarsest=48, steps=3, engine="cpu", threads=1)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The paths of a photograph and of a painting."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name in ("cat", "wave"):
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        picture = cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC)
        write_image(folder / f"{name}.png", picture)
    return folder / "cat.png", folder / "wave.png"


@pytest.fixture(scope="session")
def search():
    return Search(SETTINGS, size=48, vary=("content_weight", "style_scale", "detail"), trials=4)


@pytest.fixture(scope="session")
def network_for(artefact_with, narrow_artefact):
    """Opens a painter of a narrow network."""
    known = {**artefact_with, "gram+nearest": narrow_artefact["average"]}
    return lambda settings: Painter(known[settings.style_loss], settings)


@pytest.fixture(scope="session")
def painters(network_for):
    """Those that all searches share."""
    painters = Painters(network_for)
    yield painters
    painters.close()


@pytest.fixture(scope="session")
def tuner_in(pictures, painters, measuring_artefact):
    """Makes the tuner of a search in a folder; events go to a list."""

    def tuner_in(folder, search, events=None, painters=painters):
        events = [] if events is None else events
        portfolio = Portfolio(folder)
        return Tuner(*pictures, search, painters, measuring_artefact, portfolio, events.append)

    return tuner_in


@pytest.fixture(scope="session")
def tuned(tuner_in):
    """Runs a search in a folder."""

    def tuned(folder, search, events=None):
        return tuner_in(folder, search, events).run()

    return tuned
