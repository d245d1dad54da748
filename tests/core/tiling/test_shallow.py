"""Whole runs whose fine scales are held to the shallow layers alone."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Painter, Settings, pyramid, read_scene, stylize
from stylecore import fits as fits_module
from stylecore.aim import Aim
from stylecore.engine.objective import Objective
from stylecore.optimizers.pairs import Memory
from stylecore.pyramid import plan
from stylecore.tiling.fitting import Fit, fitted
from stylecore.tiling.objective import TiledObjective

SETTINGS = Settings(size=160, coarsest=64, steps=12, engine="cpu", threads=1)


@pytest.fixture(autouse=True)
def fine(monkeypatch):
    """What is finer than 100 pixels is fine."""
    monkeypatch.setattr(pyramid, "FINE", 100)


@pytest.fixture
def pictures(picture):
    return picture(121, 160, 1), picture(140, 110, 2)


@pytest.fixture
def artefact(narrow_artefact):
    return narrow_artefact["average"]


def test_the_last_scale_has_the_objective_of_the_shallow_part(artefact, pictures):
    painter = Painter(artefact, SETTINGS)
    scene = read_scene(*pictures, SETTINGS)
    scale = plan(scene.height, scene.width, SETTINGS)[-1]
    assert scale.shallow
    study, graphs = scene.at(scale), painter._graphs
    targets = Aim(graphs, painter._traits(scene)).targets(study)
    assert {name.split(".")[1] for name in targets if "." in name and "tv" not in name} == {
        *("relu1_1", "relu2_1", "relu3_1")
    }
    turned = TiledObjective(graphs)
    turned.hold_to(shallow=True)
    turned.aim(targets, scale.height, scale.width, study.canvas)
    own = Objective(graphs.at(shallow=True).objective(), artefact.shallow.manifest)
    own.aim(targets, scale.height, scale.width, study.canvas)
    loss, gradient = turned(study.content)
    wanted, slope = own(study.content)
    assert loss == wanted > 0
    np.testing.assert_array_equal(gradient, slope)
    step = (5e-1 * gradient / np.abs(gradient).max()).astype(np.float32)
    numeric = own(study.content + step)[0] - own(study.content - step)[0]
    assert numeric == pytest.approx(2 * float(np.vdot(gradient, step)), rel=0.02)


@pytest.mark.parametrize(("side", "given_back"), [(96, 0), (320, 1)])
def test_what_a_large_scale_took_is_given_back_before_the_next(
    artefact, pictures, monkeypatch, side, given_back
):
    rests = []
    monkeypatch.setattr(Objective, "rest", lambda one: rests.append(one.size))
    scene = read_scene(*pictures, replace(SETTINGS, size=side))
    painter = Painter(artefact, scene.settings)
    objective = TiledObjective(painter._graphs)
    objective.hold_to(shallow=True)
    assert not rests  # nothing was evaluated yet
    objective.aim({}, scene.height, scene.width)
    objective.hold_to(shallow=True)
    assert rests == [(scene.height, scene.width)] * given_back


def test_it_goes_down_there_and_is_judged_by_the_same(artefact, pictures):
    result = stylize(*pictures, model=artefact.folder, settings=SETTINGS)
    scales = result.report["scales"]
    last = [step["loss"] for step in scales[-1]["steps"]]
    assert min(last[1:]) < last[0]
    assert result.report["final"]["loss"] == pytest.approx(min(last), rel=0.05)


def test_in_tiles_the_picture_is_the_same(artefact, pictures, monkeypatch):
    wanted = stylize(*pictures, model=artefact.folder, settings=SETTINGS)

    def fit(place, settings, limit):
        found = fitted(place, settings, limit)
        return found if place.width <= 100 else Fit(64, Memory(10), 1e9)

    monkeypatch.setattr(fits_module, "fitted", fit)
    found = stylize(*pictures, model=artefact.folder, settings=SETTINGS)
    difference = np.abs(found.image.astype(float) - wanted.image)
    assert np.percentile(difference, 99) <= 1
    assert found.report["final"] == pytest.approx(wanted.report["final"], rel=1e-3)
    assert found.report["memory"]["tile"] == 64


def test_of_tiles_that_see_strokes_less_is_read_around(pictures):
    deep, shallow = (fits_module.Place(4096, 4096, 10, 1, one) for one in (False, True))
    limit = 4e9
    assert fitted(shallow, SETTINGS, limit).side >= fitted(deep, SETTINGS, limit).side
