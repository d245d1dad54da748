"""Photographs, a painting, and a narrow network that judges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylecore.engine.artefact import load_artefact
from stylecore.models.making.build import build_artefact
from stylecore.models.training.settings import LOOK
from stylecore.pictures.images import write_image


def soft(seed, height, width):
    """A picture of a few soft blots, with some grain."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (5, 6, 3), np.uint8)
    picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(float)
    return np.clip(picture + rng.normal(0, 9, picture.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def album(tmp_path_factory):
    """A folder with three photographs, one of them in a folder within."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "more").mkdir()
    for seed, (name, size) in enumerate(
        {"a.png": (96, 128), "b.jpg": (150, 90), "more/c.png": (120, 120)}.items()
    ):
        write_image(folder / name, soft(seed, *size))
    return folder


@pytest.fixture(scope="session")
def painting(tmp_path_factory):
    """A picture file of 48×64 pixels."""
    path = tmp_path_factory.mktemp("painting") / "painting.png"
    write_image(path, soft(7, 48, 64))
    return path


@pytest.fixture(scope="session")
def judging(narrow_weights, tmp_path_factory):
    """The folder of a narrow artefact for what trainings look at by default."""
    folder = tmp_path_factory.mktemp("judging") / "artefact"
    return build_artefact(
        narrow_weights,
        folder,
        content_layers=LOOK.all_content_layers,
        style_layers=tuple(LOOK.style_layers),
        style_loss=LOOK.style_loss,
    )


@pytest.fixture(scope="session")
def judging_artefact(judging):
    """The same, loaded."""
    return load_artefact(judging)
