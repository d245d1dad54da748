"""Sketches: what they paint, and the graphs that they open for it."""

import numpy as np
import pytest

from stylecore import Painter, Settings, read_scene
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import Scale
from stylecore.sketches import Sketches
from stylecore.tiling.graphs import Graphs

SETTINGS = Settings(size=64, coarsest=64, steps=6, detail="none", engine="cpu", threads=1)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 120, (50, 50, 3), np.uint8)


@pytest.fixture
def painter(narrow_artefact):
    return Painter(narrow_artefact["average"], SETTINGS)


@pytest.fixture
def sketches(painter):
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    return Sketches(painter._graphs, painter.engine, painter._traits(scene))


def test_a_sketch_is_what_a_run_of_one_scale_paints(painter, sketches):
    scene, told = read_scene(CONTENT, STYLE, SETTINGS), []
    found = sketches.paint(scene, Scale(48, 64, SETTINGS.steps), told.append)
    wanted = to_tensor(painter.paint(scene).image)
    assert found == pytest.approx(wanted, abs=1.5)  # rounded, and in another form
    assert np.abs(wanted - scene.at(Scale(48, 64, 0)).content).mean() > 5
    assert len(told) == SETTINGS.steps


def test_it_measures_as_the_painter_does(painter, sketches):
    scene, image = read_scene(CONTENT, STYLE, SETTINGS), to_tensor(CONTENT[:, ::-1].copy())
    assert sketches.yardstick(scene)(image) == pytest.approx(
        painter.yardstick(scene)(image), rel=1e-4
    )


@pytest.mark.parametrize("strength", [None, 0.0, 1.0])
def test_without_pilots_nothing_is_opened_for_them(painter, monkeypatch, strength):
    monkeypatch.setattr(Graphs, "small", None)
    scene = read_scene(CONTENT, STYLE, Settings(**vars(SETTINGS) | {"strength": strength}))
    assert painter.calibrated(scene).settings.strength is None


def test_the_graphs_are_opened_once_for_all(painter, sketches, opened):
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    opened.clear()  # by the painter
    for _ in range(2):
        sketches.paint(scene, Scale(48, 64, 1), lambda _: None)
        sketches.yardstick(scene)
    assert sorted(opened) == ["features.onnx", "objective.onnx"]
