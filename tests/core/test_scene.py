"""What a run looks at: read and checked once, no larger than it is painted."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from stylecore import Region, Settings, read_scene
from stylecore.errors import ImageError, SettingsError
from stylecore.pictures.images import resize, write_image
from stylecore.pictures.tensors import to_floats
from stylecore.pyramid import Scale, plan

RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
OTHER = RNG.integers(0, 256, (30, 70, 3), np.uint8)
SETTINGS = Settings(size=64)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


def large(height, width):
    """A smooth picture of many pixels: shrunk by whatever way, it is the same."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    planes = [rows / height, columns / width, (rows + columns) / (height + width)]
    return np.rint(np.dstack(planes) * 255).astype(np.uint8)


def test_a_picture_of_the_size_itself_is_left_as_it_is():
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    assert (scene.height, scene.width) == (48, 64)
    assert (to_floats(scene.content_at(Scale(48, 64, 0))) == CONTENT).all()


@pytest.mark.parametrize("shape", [(90, 120), (100, 133), (600, 800), (2400, 3200)])
def test_larger_pictures_are_reduced_to_what_is_looked_at(shape):
    settings = Settings(size=320)
    scene = read_scene(large(*shape), large(*shape), settings)
    height, width = min(shape[0], 2 * scene.height), min(shape[1], 2 * scene.width)
    assert scene.content.shape == (height, width, 3)
    assert scene.styles[0].shape[0] <= max(scene.height, min(shape[0], scene.height))
    wanted = resize(large(*shape).astype(np.float32), width, height)
    assert np.abs(scene.content - wanted).max() < 1


def test_a_smaller_picture_is_not_enlarged_before_it_must_be():
    scene = read_scene(CONTENT[:24, :32], STYLE[:20, :20], SETTINGS)
    assert scene.content.shape == (24, 32, 3)
    assert scene.at(Scale(48, 64, 0)).content.shape == (1, 3, 48, 64)


def test_everything_that_goes_with_a_large_picture_is_reduced_with_it():
    content = np.dstack([large(480, 640), np.full((480, 640), 255, np.uint8)])
    content[:100, :, 3] = 0
    mask = np.zeros((480, 640), np.uint8)
    mask[:, 320:] = 255
    where = {"keep": mask, "content_map": mask, "regions": [Region(mask, mask)]}
    scene = read_scene(content, large(480, 640), SETTINGS, start=large(480, 640), **where)
    steering, (area,) = scene.steering, scene.steering.areas
    for one in (steering.keep, steering.content_map, steering.alpha, area.content):
        assert one.shape == scene.content.shape[:2] == (96, 128)
    assert area.styles[0].shape == scene.styles[0].shape[:2]
    assert scene.start.shape == (48, 64, 3)


def test_memory_follows_the_size_and_not_the_input():
    content, style = large(3000, 4000), large(3000, 4000)
    mask = np.zeros((3000, 4000), np.uint8)
    mask[:, :2000] = 255
    regions = [Region(mask, mask), Region(255 - mask, 255 - mask)]
    tracemalloc.start()
    read_scene(content, style, replace(SETTINGS, color="match"), regions=regions, keep=mask)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.4 * content.nbytes


@pytest.mark.parametrize("given", [iter, tuple, list], ids=["iterator", "tuple", "list"])
def test_styles_come_in_whatever_holds_them(given):
    scene = read_scene(CONTENT, given([STYLE, OTHER]), SETTINGS)
    assert scene.given == 2
    assert read_scene(CONTENT, STYLE, SETTINGS).given == 1


def test_a_start_of_another_shape_is_refused():
    with pytest.raises(ImageError, match=r"start is 70×30 pixels and the result 64×48; give a"):
        read_scene(CONTENT, STYLE, SETTINGS, start=OTHER)
    half = resize(CONTENT, 32, 24)
    assert read_scene(CONTENT, STYLE, SETTINGS, start=half).start.shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("side", "size", "coarsest", "wanted"),
    [
        (512, 512, 0, 512),
        (256, 512, 0, 256),
        (1024, 512, 0, 512),
        (40, 512, 0, 64),
        (48, 48, 0, 48),
        (512, 512, 64, 64),
        (512, 512, 100, 100),
    ],
)
def test_a_start_begins_at_the_scale_it_was_made_for(side, size, coarsest, wanted, tmp_path):
    settings = Settings(size=size, coarsest=coarsest)
    start = resize(CONTENT, side, 3 * side // 4)
    write_image(tmp_path / "start.png", start)
    given = read_scene(CONTENT, STYLE, settings, start=start)
    named = read_scene(CONTENT, STYLE, replace(settings, init=tmp_path / "start.png"))
    again = read_scene(CONTENT, STYLE, settings).again(start)
    for scene in (given, named, again):
        assert scene.settings.coarsest == wanted
        first = plan(scene.height, scene.width, scene.settings)[0]
        assert first.longest == pytest.approx(wanted, abs=1)
    for init in ("content", "noise"):
        scene = read_scene(CONTENT, STYLE, replace(settings, init=init))
        first = plan(scene.height, scene.width, scene.settings)[0]
        assert first.longest == min(size, coarsest or 64)


def test_a_view_has_styles_of_their_own_shape_and_as_many_pixels():
    view = read_scene(CONTENT, [STYLE, OTHER], SETTINGS).at(Scale(60, 80, 0))
    assert view.content.shape == (1, 3, 60, 80)
    for style, given in zip(view.styles, (STYLE, OTHER), strict=True):
        height, width = style.shape[2:]
        assert height * width == pytest.approx(60 * 80, rel=0.05)
        assert height / width == pytest.approx(given.shape[0] / given.shape[1], rel=0.08)


@pytest.mark.parametrize("color", ["style", "match"])
def test_the_same_scene_again_is_that_with_other_settings(color):
    settings = replace(SETTINGS, color=color)
    where = {"regions": [Region(LEFT, {0: None}), Region(1 - LEFT, {0: None, 1: None})]}
    scene = read_scene(CONTENT, [STYLE, OTHER], settings, **where)
    again = scene.again(CONTENT[::-1], blend=(1.0, 3.0), steps=7)
    settings = replace(settings, blend=(1.0, 3.0), steps=7)
    afresh = read_scene(CONTENT, [STYLE, OTHER], settings, start=CONTENT[::-1], **where)
    assert again.settings == afresh.settings
    assert again.steering.blend == afresh.steering.blend
    assert (again.start == afresh.start).all()
    scale = Scale(24, 32, 0)
    assert again.at(scale).guidance.shares == afresh.at(scale).guidance.shares


@pytest.mark.parametrize("change", [{"size": 32}, {"color": "match"}, {"fit": "crop"}], ids=str)
def test_what_it_was_read_by_cannot_change(change):
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    with pytest.raises(SettingsError, match=f"a scene was read by its {next(iter(change))}"):
        scene.again(**change)
    with pytest.raises(SettingsError, match="blend has 2 numbers and there are 1 styles"):
        scene.again(blend=(1.0, 2.0))
