"""Small photographs and paintings, and batches of them on a narrow network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from stylecore.batch.folder import Folder
from stylecore.batch.gather import pictures_of
from stylecore.batch.jobs import paired
from stylecore.batch.local import ThreadCrew
from stylecore.batch.names import named
from stylecore.batch.run import paint_all
from stylecore.pictures.images import write_image
from stylecore.settings import Settings


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The current folder, with photographs and paintings in folders of their own."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("photos/cat.png", "photos/dog.png", "styles/night.png", "styles/wave.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(path, cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


@pytest.fixture
def quick():
    """Settings of a run of some tens of milliseconds."""
    return Settings(size=32, coarsest=32, steps=2, engine="cpu")


@pytest.fixture
def model(narrow_artefact) -> Path:
    """The folder of a narrow network for the default settings."""
    return narrow_artefact["average"].folder


@pytest.fixture
def jobs(place, quick):
    """Two photographs in two styles."""
    contents, styles = (pictures_of([Path(name)]) for name in ("photos", "styles"))
    return named(paired(contents, styles, "product", quick))


@pytest.fixture
def paint(model):
    """Paint jobs into ``out``, by a thread of this process unless another crew is given."""

    def paint(jobs, crew=ThreadCrew, **options):
        return paint_all(jobs, Folder(Path("out")), lambda _: crew(), lambda _: model, **options)

    return paint


@pytest.fixture
def lines():
    """The lines of the manifest by picture, with how many there are of each."""

    def lines(folder="out"):
        manifest = Folder(Path(folder)).manifest
        text = manifest.path.read_text()
        names = {name: manifest.of(name) for name in manifest.pictures()}
        return names, text.count("\n")

    return lines
