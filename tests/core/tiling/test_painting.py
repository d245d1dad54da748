"""Whole runs whose last scale is painted in tiles."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import (
    Checkpoint,
    Interrupted,
    Painter,
    Settings,
    objective_between,
    read_scene,
    stylize,
)
from stylecore import fits as fits_module
from stylecore.errors import SettingsError
from stylecore.optimizers.pairs import Memory
from stylecore.tiling.fitting import Fit, fitted

SETTINGS = Settings(size=160, coarsest=64, steps=12, pooling="max", engine="cpu", threads=1)


@pytest.fixture
def model(narrow_artefact):
    return narrow_artefact["max"].folder


@pytest.fixture
def pictures(picture):
    return picture(121, 160, 1), picture(140, 110, 2)


@pytest.fixture
def in_tiles(monkeypatch):
    """As if memory was short for more than 100 pixels."""

    def fit(place, settings, limit):
        found = fitted(place, settings, limit)
        small = place.width <= 100
        return found if small else Fit(64, Memory(10, half=settings.seed == 1), 1e9)

    monkeypatch.setattr(fits_module, "fitted", fit)


def test_the_picture_is_the_same(model, pictures, monkeypatch, request):
    wanted = stylize(*pictures, model=model, settings=SETTINGS)
    request.getfixturevalue("in_tiles")
    found = stylize(*pictures, model=model, settings=SETTINGS)
    difference = np.abs(found.image.astype(float) - wanted.image)
    assert np.percentile(difference, 99) <= 1
    assert found.report["final"] == pytest.approx(wanted.report["final"], rel=1e-3)
    assert wanted.report["memory"]["tile"] is None
    assert found.report["memory"]["tile"] == 64
    assert any("painted in tiles of 64" in line for line in found.report["warnings"])
    assert wanted.report["warnings"] == []


def test_pairs_in_half_precision_lead_to_about_the_same_loss(model, pictures, in_tiles):
    full, half = (
        stylize(*pictures, model=model, settings=replace(SETTINGS, seed=seed)) for seed in (0, 1)
    )
    assert half.report["memory"]["half_precision"]
    assert half.report["final"]["loss"] == pytest.approx(full.report["final"]["loss"], rel=0.02)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_every_optimizer_paints_in_tiles(model, pictures, in_tiles, optimizer):
    result = stylize(*pictures, model=model, settings=replace(SETTINGS, optimizer=optimizer))
    last = [step["loss"] for step in result.report["scales"][-1]["steps"]]
    assert min(last[1:]) < last[0]


def test_an_interrupt_leaves_the_best_picture(model, pictures, in_tiles):
    def stop(step):
        if step.width > 100 and step.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        stylize(*pictures, model=model, settings=SETTINGS, on_step=stop)
    assert caught.value.result.image.shape == (121, 160, 3)


def test_a_run_that_was_stopped_goes_on_in_the_same_picture(model, pictures, in_tiles, tmp_path):
    settings = replace(SETTINGS, seed=1)
    wanted = stylize(*pictures, model=model, settings=settings)

    def stop(step):
        if step.width > 100 and step.step == 3:
            raise KeyboardInterrupt

    given = {"model": model, "settings": settings}
    with pytest.raises(Interrupted):
        stylize(*pictures, **given, on_step=stop, checkpoint=Checkpoint(tmp_path / "run"))
    found = stylize(*pictures, **given, checkpoint=Checkpoint(tmp_path / "run"))
    assert found.report["resumed"] == 1
    assert (found.image == wanted.image).all()


def test_the_objective_between_is_in_tiles_too(model, pictures, monkeypatch, request):
    wanted = objective_between(*pictures, model=model, settings=SETTINGS)
    request.getfixturevalue("in_tiles")
    found = objective_between(*pictures, model=model, settings=SETTINGS)
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 121, 160)).astype(np.float32)
    loss, gradient = found(x)
    whole, slope = wanted(x)
    assert loss == pytest.approx(whole, rel=1e-5)
    assert np.linalg.norm(gradient - slope) < 1e-4 * np.linalg.norm(slope)


def test_what_finds_no_room_ends_before_the_run(model, pictures):
    steps = []
    settings = replace(SETTINGS, max_memory="100M")
    with pytest.raises(SettingsError, match=r"find no room in 100M of memory.*--max-memory"):
        stylize(*pictures, model=model, settings=settings, on_step=steps.append)
    assert not steps


def test_the_graphs_for_tiles_are_opened_once_for_many(model, pictures, in_tiles):
    scene = read_scene(*pictures, SETTINGS)
    with Painter(model, SETTINGS) as painter:
        first = painter.paint(scene)
        graphs = painter._graphs.tiles()
        again = painter.paint(scene)
        assert painter._graphs.tiles() is graphs
    assert (first.image == again.image).all()


def test_parts_are_told_of_so_that_nobody_waits_in_silence(model, pictures, in_tiles):
    told, steps = [], []
    settings = replace(SETTINGS, composition="style")
    stylize(*pictures, model=model, settings=settings, on_step=steps.append, on_way=told.append)
    kinds = list(dict.fromkeys(part.what for part in told))
    assert kinds == ["style", "neighbours", "content", "step", "measuring"]
    assert {(part.width, part.height) for part in told} == {(160, 121)}
    last = sum(step.width == 160 for step in steps)
    ends = [part for part in told if part.what == "step" and part.done == part.total]
    assert len(ends) == last
    assert ends[0].total == 2 * len([p for p in told if p.what == "measuring"])
