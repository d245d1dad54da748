"""Whole runs under control, on a narrow network: what is promised of the picture, by numbers."""

import numpy as np
import pytest

from stylecore import Region, Settings, objective_between, stylize
from stylecore.errors import ImageError, SettingsError

QUICK = {"size": 64, "coarsest": 32, "steps": 8, "engine": "cpu", "threads": 1}
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
DARK = RNG.integers(0, 90, (40, 60, 3), np.uint8)
LIGHT = RNG.integers(150, 256, (64, 40, 3), np.uint8)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


@pytest.fixture
def run(narrow_artefact):
    def run(content=CONTENT, style=STYLE, *, where=None, **options):
        settings = Settings(**(QUICK | options))
        folder = narrow_artefact[settings.pooling].folder
        return stylize(content, style, model=folder, settings=settings, **(where or {}))

    return run


@pytest.fixture
def distance(narrow_artefact):
    """How far a part of a picture is from the style of another."""

    def distance(picture, part, style):
        settings = Settings(**QUICK)
        objective = objective_between(
            CONTENT,
            style,
            regions=[Region(part)],
            model=narrow_artefact[settings.pooling].folder,
            settings=settings,
        )
        objective(picture.transpose(2, 0, 1)[None].astype(np.float32))
        return objective.parts.style

    return distance


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_each_region_takes_from_its_own_style(run, distance, optimizer):
    regions = [Region(LEFT, {0: None}), Region(1 - LEFT, {1: None})]
    options = {"optimizer": optimizer, "content_weight": 0.0, "steps": 40}
    there, swapped = (
        run(CONTENT, styles, where={"regions": regions}, **options).image
        for styles in ([DARK, LIGHT], [LIGHT, DARK])
    )
    for part, own in ((LEFT, DARK), (1 - LEFT, LIGHT)):
        assert distance(there, part, own) < 0.97 * distance(swapped, part, own)


def test_what_is_kept_is_untouched_and_the_rest_is_painted(run):
    result = run(where={"keep": LEFT}).image
    assert np.array_equal(result[:, :32], CONTENT[:, :32])
    assert np.abs(result[:, 32:].astype(int) - CONTENT[:, 32:]).mean() > 2


def test_everything_together(run):
    where = {
        "regions": [Region(LEFT, None, 2.0), Region(1 - LEFT, {1: None})],
        "keep": np.roll(LEFT, 16, axis=1) * np.float32(0.5),
        "content_map": LEFT,
    }
    report = run(style=[DARK, LIGHT], where=where, blend=(1.0, 3.0)).report
    assert np.isfinite(report["final"]["loss"])
    assert report["warnings"] == []


def test_a_vanished_region_is_in_the_report(run):
    dot = np.zeros((48, 64), np.float32)
    dot[20:26, 20:26] = 1
    result = run(where={"regions": [Region(dot, name="dot")]}, guides="inside")
    (warning,) = result.report["warnings"]
    assert warning.startswith("dot vanishes at relu2_1, relu3_1, relu4_1, relu5_1: ")
    with pytest.raises(ImageError, match="dot vanishes"):
        run(where={"regions": [Region(dot, name="dot")]}, guides="inside", vanishing="error")


def test_masks_follow_the_style_when_it_is_cropped(run):
    bottom = np.zeros((64, 40), np.float32)
    bottom[60:] = 1
    where = {"regions": [Region(LEFT, bottom, name="edge")]}
    assert run(style=LIGHT, where=where).image.shape == CONTENT.shape
    with pytest.raises(ImageError, match="edge in style 1 lies in what fit=crop cuts off"):
        run(style=LIGHT, where=where, fit="crop")


def test_what_cannot_be_is_refused(run):
    with pytest.raises(SettingsError, match="blend has 2 numbers and there are 1 styles"):
        run(blend=(1.0, 2.0))
    with pytest.raises(ImageError, match="all white; leave something to paint"):
        run(where={"keep": np.ones((48, 64))})


def test_the_objective_knows_the_regions(narrow_artefact):
    settings = Settings(**QUICK)
    folder = narrow_artefact[settings.pooling].folder
    losses = [
        objective_between(CONTENT, STYLE, regions=regions, model=folder, settings=settings)(
            np.full((1, 3, 48, 64), 127, np.float32)
        )[0]
        for regions in ([], [Region(np.ones((48, 64)))], [Region(LEFT, np.eye(50))])
    ]
    assert np.isclose(losses[0], losses[1], rtol=1e-5)
    assert not np.isclose(losses[0], losses[2], rtol=1e-3)
