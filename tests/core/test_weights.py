"""The same weights in another unit, however far from one, give the same picture, bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stylecore.control.regions import Region
from stylecore.settings import Settings
from stylecore.transfer import stylize

SETTINGS = Settings(size=64, coarsest=32, steps=6, pooling="max", engine="cpu", tv_weight=1e-4)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


@pytest.fixture
def run(narrow_artefact):
    def run(settings, **controls):
        return stylize(CONTENT, STYLE, model=narrow_artefact["max"], settings=settings, **controls)

    return run


def in_other_units(settings, exponent):
    names = ("content_weight", "style_weight", "tv_weight")
    return replace(settings, **{name: getattr(settings, name) * 2.0**exponent for name in names})


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
@pytest.mark.parametrize("loss_scale", ["unit", "none"])
def test_the_unit_of_the_weights_does_not_count(run, optimizer, loss_scale):
    settings = replace(SETTINGS, optimizer=optimizer, loss_scale=loss_scale)
    wanted = run(settings)
    assert np.abs(wanted.image.astype(int) - CONTENT).max() > 10
    for exponent in (-200, 120):
        found = run(in_other_units(settings, exponent))
        assert (found.image == wanted.image).all()
        assert found.report["final"] == {
            name: loss * 2.0**exponent for name, loss in wanted.report["final"].items()
        }
        assert not found.report["warnings"]


def test_a_loss_beyond_all_numbers_is_nothing_in_the_report(run):
    far = replace(SETTINGS, loss_scale="none", content_weight=1e307, style_weight=1e307)
    result = run(far)
    assert np.abs(result.image.astype(int) - CONTENT).max() > 10
    assert result.report["final"]["loss"] is None
    json.dumps(result.report, allow_nan=False)


def test_the_weights_of_regions_may_be_great(run):
    pictures = [
        run(SETTINGS, regions=[Region(part, {0: None}, weight) for part in (LEFT, 1 - LEFT)])
        for weight in (2.0**30, 2.0**100)
    ]
    assert not pictures[1].report["warnings"]
    assert (pictures[1].image == pictures[0].image).all()


def test_a_picture_with_nothing_to_gain_is_said_to_have_stayed(run):
    result = run(Settings(size=64, coarsest=64, steps=3, pooling="max", engine="cpu",
                          style_weight=0, content_weight=1))  # fmt: skip
    (warning,) = result.report["warnings"]
    assert warning.startswith("the picture did not move")
