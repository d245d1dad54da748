"""Strengths found for small pictures on a narrow network: real pilots, real weights."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stylecore import (
    Interrupted,
    Painter,
    Region,
    Settings,
    blend_strip,
    objective_between,
    stylize,
)
from stylecore.checkpoints.checkpoint import Checkpoint
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import CORRECTING, FINE, plan
from stylecore.strength import correction, pilots
from stylecore.strength.pilots import FARTHEST, PILOTS, SIDES, STEPS, small, work
from stylecore.strength.search import Tried

LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1
START = np.full((48, 64, 3), 128, np.uint8)


def weight_of(painter, scene):
    return painter.calibrated(scene).settings.content_weight


def test_more_strength_is_less_content(painter, scene_of):
    weights = [weight_of(painter, scene_of(strength=one)) for one in (0.2, 0.5, 0.8, 1.0)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] == FARTHEST


def test_scales_of_pilots_see_what_those_of_the_run_see(scene_of):
    for size in (256, 512):
        scene = scene_of(size=size, strength=0.5, coarsest=64)
        scales = plan(scene.height, scene.width, scene.settings)
        found = [one.scene.at(one.scale) for one in small(scene)]
        for one, scale in zip(found, (scales[0], scales[-1]), strict=True):
            wanted = scene.at(scale)
            assert one.settings.content_layers == wanted.settings.content_layers
            assert one.settings.content_weight == wanted.settings.content_weight
            assert one.shallow == wanted.shallow == (scale.longest > FINE)
        coarse, fine = found
        assert coarse.settings.content_weight > 5 * fine.settings.content_weight


def test_a_run_comes_to_about_the_strength(painter, scene_of, monkeypatch):
    """With the scales and steps of a pilot a run is one, but for what is made of its balance."""
    monkeypatch.setattr(pilots, "of_a_run", lambda balance, _: balance)
    monkeypatch.setattr(correction, "_FARTHER", 1.0)
    like = {"composition": "style", "detail": "none", "size": 96, "coarsest": 64}
    steps = {0.5: sum(STEPS), 1.0: sum(STEPS) + CORRECTING}  # as many of either in all
    runs = {one: scene_of(strength=one, steps=taken, **like) for one, taken in steps.items()}
    yardstick = painter.yardstick(runs[0.5])
    found = {one: yardstick(to_tensor(painter.paint(scene).image)) for one, scene in runs.items()}
    balance = pilots.Way(yardstick.content, found[1.0]).balance(found[0.5])
    assert balance == pytest.approx(0.5, abs=0.1)


def test_the_report_has_the_weights_that_were_taken(painter, scene_of):
    report = painter.paint(scene_of(strength=0.5)).report
    assert report["settings"]["strength"] is None
    found = report["strength"]
    assert found["strength"] == 0.5
    assert found["changes"] == {name: report["settings"][name] for name in found["changes"]}
    assert found["before"] == {name: getattr(Settings(), name) for name in found["before"]}
    assert "content_weight" in found["changes"]
    assert 1 <= len(found["pilots"]) < PILOTS
    json.dumps(report)


def test_the_same_pair_comes_to_the_same(painter, scene_of):
    found = [painter.calibrated(scene_of(strength=0.4)).calibrated for _ in range(2)]
    assert found[0] == found[1]


def test_what_is_known_is_not_looked_for_again(painter, scene_of, monkeypatch):
    known = painter.calibrated(scene_of(strength=0.4))
    monkeypatch.setattr("stylecore.painter.calibrate", None)
    assert painter.calibrated(known) is known
    assert painter.calibrated(scene_of()).settings == scene_of().settings


def test_without_strength_the_picture_is_the_content(painter, scene_of, pictures):
    result = painter.paint(scene_of(strength=0.0))
    assert np.abs(result.image.astype(int) - pictures.content).max() <= 1
    assert result.report["warnings"] == painter.paint(scene_of()).report["warnings"]


@pytest.mark.parametrize(
    ("detail", "strength", "wanted"),
    [
        ("example", 0.3, "content"),
        ("example", 0.7, "example"),
        ("none", 0.3, "none"),
        ("example", 1.0, "example"),
    ],
)
def test_a_weak_style_leaves_its_detail_to_the_content(painter, scene_of, detail, strength, wanted):
    scene = scene_of(strength=strength, detail=detail)
    found = painter.calibrated(scene)
    assert found.settings.detail == wanted
    assert found.calibrated.asked(found.settings) == scene.settings


@pytest.mark.parametrize(
    ("styles", "settings", "where"),
    [
        (("style", "other"), {"blend": (1, 3)}, {}),
        (("style",), {"color": "luminance"}, {"keep": LEFT}),
        (("style",), {"color": "content", "style_weight": 7.0}, {}),
        (
            ("style", "other"),
            {},
            {"regions": [Region(LEFT, {0: None}), Region(1 - LEFT, {1: None})]},
        ),
        (("style",), {"composition": "style", "detail": "none"}, {"start": START}),
        (
            ("style",),
            {"optimizer": "adam", "color": "match", "init": "noise"},
            {"content_map": LEFT},
        ),
    ],
    ids=["blend", "luminance", "content", "regions", "start", "adam"],
)
def test_it_works_with_all_that_steers_a_picture(painter, scene_of, styles, settings, where):
    found = painter.paint(scene_of(*styles, where=where, strength=0.6, **settings)).report
    weights = found["settings"]
    assert 1e-4 < weights["content_weight"] / weights["style_weight"] < 1e3


@pytest.mark.parametrize("name", ["moments", "nearest"])
def test_it_works_with_other_style_losses(artefact_with, scene_of, name):
    settings = {"style_loss": name, "strength": 0.5}
    with Painter(artefact_with[name], Settings(style_loss=name, engine="cpu")) as painter:
        assert 1e-4 < weight_of(painter, scene_of(**settings)) < 1e3


def test_heavier_styles_have_heavier_contents(painter, scene_of):
    one, ten = (weight_of(painter, scene_of(strength=0.5, style_weight=w)) for w in (1.0, 8.0))
    assert ten == pytest.approx(8 * one, rel=0.02)


def test_pilots_are_small_and_told_of(painter, scene_of):
    told = []
    painter.calibrated(scene_of(strength=0.5, size=96), told.append)
    assert {one.pilot for one in told} <= set(range(1, PILOTS + 1))
    assert told[0].pilot == told[0].step == 1
    assert (told[-1].strength, told[-1].steps) == (0.5, sum(STEPS))
    assert all(one.remaining >= 0 for one in told)


def test_pilots_keep_the_shape_and_are_no_larger_than_the_picture(scene_of):
    for size, sides in ((512, (60, 91)), (128, (60, 91)), (48, (48, 48))):
        found = small(scene_of(size=size, strength=0.5))
        assert tuple(one.scale.longest for one in found) == sides
        for scene, scale in found:
            assert (scene.height, scene.width) == (scale.height, scale.width)
            assert max(scale.height, scale.width) == scene.settings.size
            assert scale.height / scale.width == pytest.approx(3 / 4, rel=0.05)
    assert [one.steps for one in work(scene_of(strength=0.5))] == [*STEPS] * PILOTS


def test_pilots_of_every_shape_are_as_large(scene_of):
    for height, width in ((200, 300), (300, 300), (400, 100), (100, 300)):
        scene = replace(scene_of(size=300, strength=0.5), height=height, width=width)
        for one, side in zip(small(scene), SIDES, strict=True):
            assert one.scale.pixels == pytest.approx(side**2 / 1.5, rel=0.06)


def test_a_strength_without_pilots_has_no_work(scene_of):
    assert work(scene_of(strength=1.0)) == work(scene_of()) == []


def test_ctrl_c_among_the_pilots_is_a_bare_one(painter, scene_of):
    def stop(step):
        if step.pilot == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        painter.paint(scene_of(strength=0.5), on_pilot=stop)
    assert not isinstance(caught.value, Interrupted)


def test_a_run_that_is_interrupted_tells_what_its_pilots_came_to(painter, scene_of):
    def stop(step):
        if step.done == 4:
            raise KeyboardInterrupt

    scene = painter.calibrated(scene_of(strength=0.5))
    known = replace(scene.calibrated, pilots=(Tried(0.3, 0.9),))
    with pytest.raises(Interrupted) as caught:
        painter.paint(replace(scene_of(strength=0.5), calibrated=known), stop)
    (note,) = caught.value.result.report["warnings"]
    assert "the pilot that came nearest has 0.90" in note


@pytest.mark.parametrize("done", [4, 9], ids=["before its correction", "after it"])
def test_a_run_that_goes_on_has_the_weights_that_it_began_with(
    painter, scene_of, tmp_path, monkeypatch, done
):
    scene = scene_of(strength=0.5)
    wanted = painter.paint(scene)

    def stop(step):
        if step.done == done:
            raise KeyboardInterrupt

    path = tmp_path / "run"
    with pytest.raises(Interrupted):
        painter.paint(scene, stop, checkpoint=Checkpoint(path))
    monkeypatch.setattr("stylecore.painter.calibrate", None)
    result = painter.paint(scene, checkpoint=Checkpoint(path))
    assert (result.image == wanted.image).all()
    assert result.report["strength"] == wanted.report["strength"]
    assert result.report["settings"] == wanted.report["settings"]
    assert result.made == wanted.made


def test_an_objective_has_the_weights_of_its_run(painter, pictures):
    settings = Settings(size=64, coarsest=64, steps=3, strength=0.5, engine="cpu")
    pair = pictures.content, pictures.style
    objective = objective_between(*pair, model=painter, settings=settings)
    steps = []
    stylize(*pair, model=painter, settings=settings, on_step=steps.append)
    objective(np.ascontiguousarray(to_tensor(pictures.content)))
    assert objective.losses["loss"] == pytest.approx(steps[0].loss, rel=1e-6)


def test_every_picture_of_a_strip_is_calibrated(painter, pictures):
    settings = Settings(size=64, coarsest=32, steps=6, strength=0.5, engine="cpu")
    given = pictures.content, pictures.style, pictures.other
    results = blend_strip(*given, count=3, model=painter, settings=settings)
    assert all(one.report["strength"]["strength"] == 0.5 for one in results)
