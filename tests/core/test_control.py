"""Whole runs under control, on a narrow network: what is promised of the picture, by numbers."""

import cv2
import numpy as np
import pytest

from stylecore import Region, Settings, objective_between, stylize
from stylecore.control.guidance import Steering
from stylecore.control.recolor import recolored
from stylecore.control.regions import Area
from stylecore.errors import ImageError, SettingsError
from stylecore.pictures.color import color_statistics, grey, luma, with_chroma
from stylecore.pyramid import Scale
from stylecore.scene import read_scene

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
        return objective.losses["style"]

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
    assert not np.isclose(losses[0], losses[2], rtol=1e-4)


def smooth(seed, low, high):
    """Pictures with colours of their own, not grey noise."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(low, high, (6, 8, 3))
    return cv2.resize(small, (64, 48), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


GREEN, PINK = smooth(1, (20, 90, 20), (80, 200, 90)), smooth(2, (150, 40, 120), (250, 90, 200))


def colors_away(picture, other):
    """How far the mean and the covariance of colours are from another's, in levels."""
    whole = np.ones(picture.shape[:2], np.float32)
    (mean, covariance), (wanted, target) = (color_statistics(p, whole) for p in (picture, other))
    return np.abs(mean - wanted).max() + np.abs(covariance - target).max() ** 0.5


def test_with_match_the_colours_are_the_contents(run):
    options = {"content_weight": 0.0, "steps": 40, "init": "noise"}
    matched = run(GREEN, PINK, color="match", **options).image
    assert colors_away(matched, GREEN) < 0.5 * colors_away(run(GREEN, PINK, **options).image, GREEN)


@pytest.mark.parametrize("color", ["luminance", "content"])
def test_the_chroma_is_the_contents(run, color):
    image = run(GREEN, PINK, color=color, steps=16).image.astype(np.float32)
    chroma, wanted = image - grey(image), GREEN - grey(GREEN)
    inside = (image.min(axis=2) > 0) & (image.max(axis=2) < 255)
    assert inside.mean() > 0.9
    assert np.abs(chroma - wanted)[inside].max() <= 1.01  # rounding to levels
    assert np.abs(luma(image) - luma(GREEN)).mean() > 1


def test_luminance_sees_no_colours(run):
    """Styles that differ only in chroma give the same picture."""
    tinted = with_chroma(PINK, GREEN)
    pictures = [
        run(GREEN, np.rint(style).astype(np.uint8), color="luminance", steps=4).image
        for style in (grey(tinted), tinted)
    ]
    assert np.abs(pictures[0].astype(int) - pictures[1]).mean() < 1


@pytest.mark.parametrize("color", ["style", "luminance", "match", "content"])
def test_what_is_kept_keeps_its_colours(run, color):
    image = run(GREEN, PINK, color=color, where={"keep": LEFT}).image
    assert np.array_equal(image[:, :32], GREEN[:, :32])


@pytest.mark.parametrize("color", ["luminance", "match"])
def test_each_region_is_recoloured_to_its_own_part(color):
    content = np.concatenate([GREEN[:, :32], PINK[:, :32]], axis=1).astype(np.float32)
    areas = (
        Area("left", LEFT, {0: np.ones((48, 64), np.float32)}, 1.0),
        Area("right", 1 - LEFT, {0: np.ones((48, 64), np.float32)}, 1.0),
    )
    styles, steering, numbers = recolored(
        content, [PINK.astype(np.float32)], Steering(areas), color
    )
    assert numbers == [0, 0]
    assert [set(area.styles) for area in steering.areas] == [{0}, {1}]
    for style, part in zip(styles, (content[:, :32], content[:, 32:]), strict=True):
        seen = part if color == "match" else grey(part)
        assert np.allclose(style.mean(axis=(0, 1)), seen.mean(axis=(0, 1)), atol=3)


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
@pytest.mark.parametrize("color", ["style", "luminance", "match", "content"])
def test_all_controls_together(run, color, optimizer):
    where = {
        "regions": [Region(LEFT, None, 2.0), Region(1 - LEFT, {1: None})],
        "keep": np.roll(LEFT, 16, axis=1) * np.float32(0.5),
        "content_map": LEFT,
    }
    options = {"color": color, "optimizer": optimizer, "blend": (1.0, 3.0)}
    report = run(GREEN, [DARK, LIGHT], where=where, style_scale=(0.5, 1.5), **options).report
    assert np.isfinite(report["final"]["loss"])
    assert report["settings"]["color"] == color


def test_a_style_scale_is_the_size_that_a_style_is_taken_at():
    settings = Settings(**QUICK, style_scale=(0.5, 2.0))
    scene = read_scene(CONTENT, [STYLE, LIGHT], settings)
    small, large = scene.at(Scale(48, 64, 1)).styles
    pixels = [one.shape[2] * one.shape[3] / (48 * 64) for one in (small, large)]
    assert np.allclose(pixels, [0.25, 4], rtol=0.03)
    assert np.isclose(large.shape[2] / large.shape[3], 64 / 40, rtol=0.02)


def test_one_style_scale_holds_for_all_styles():
    scenes = [
        read_scene(CONTENT, [STYLE, LIGHT], Settings(**QUICK, style_scale=scales))
        for scales in ((2.0,), (2.0, 2.0))
    ]
    one, both = (scene.at(Scale(48, 64, 1)).styles for scene in scenes)
    assert [style.shape for style in one] == [style.shape for style in both]
    with pytest.raises(SettingsError, match="style_scale has 3 numbers and there are 2 styles"):
        read_scene(CONTENT, [STYLE, LIGHT], Settings(**QUICK, style_scale=(1.0, 2.0, 1.0)))


def test_strokes_grow_with_the_style_scale(run):
    """The picture's detail fades as the style's own is taken larger."""
    options = {"content_weight": 0.0, "init": "noise", "steps": 60, "coarsest": 64}
    options["style_layers"] = {"relu1_1": 1.0, "relu2_1": 1.0} | dict.fromkeys(
        ("relu3_1", "relu4_1", "relu5_1"), 0.0
    )
    detail = []
    for scale in (1.0, 4.0):
        image = run(style=STYLE, style_scale=(scale,), **options).image.astype(np.float32)
        detail.append(np.abs(np.diff(image, axis=1)).mean() / image.std())
    assert detail[1] < 0.9 * detail[0]


def cut_out(hidden=0):
    """The content, transparent on the left, with whatever hides there."""
    rgba = np.dstack([GREEN, np.full(GREEN.shape[:2], 255, np.uint8)])
    rgba[:, :24, :3] = hidden
    rgba[:, :24, 3] = 0
    rgba[:, 24, 3] = 100
    return rgba


@pytest.mark.parametrize("color", ["style", "luminance", "match", "content"])
def test_what_is_transparent_stays_so_and_steers_nothing(run, color):
    results = [run(cut_out(hidden), PINK, color=color) for hidden in (0, 200)]
    assert np.array_equal(results[0].alpha, cut_out()[..., 3])
    assert np.array_equal(results[0].image, results[1].image)
    assert results[0].picture.shape == (48, 64, 4)
    assert run(GREEN, PINK).alpha is None


def test_transparency_works_with_all_the_rest(run):
    where = {"regions": [Region(LEFT), Region(1 - LEFT, {1: None})], "keep": np.roll(LEFT, 40, 1)}
    result = run(cut_out(), [PINK, LIGHT], where=where, color="match", size=48)
    assert result.picture.shape == (36, 48, 4)
    assert set(np.unique(result.alpha[:, :18])) == {0}


def test_a_wholly_transparent_content_is_refused(run):
    with pytest.raises(ImageError, match="the content is wholly transparent"):
        run(np.zeros((48, 64, 4), np.uint8))


def test_a_finished_picture_gets_better_and_not_worse(run):
    options = {"coarsest": 0, "size": 128, "steps": 40}
    first = run(GREEN, PINK, **options)
    second = run(GREEN, PINK, where={"start": first.image}, **options)
    assert [scale["width"] for scale in first.report["scales"]] == [64, 128]
    assert [scale["width"] for scale in second.report["scales"]] == [128]
    assert second.report["final"]["loss"] < first.report["final"]["loss"]


def test_a_run_can_start_from_any_picture(run):
    still = {"steps": 1, "coarsest": 64}
    assert np.array_equal(run(where={"start": PINK}, **still).image, PINK)
    assert not np.array_equal(run(**still).image, PINK)
