"""What a scale starts from."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from stylecore import Region, Settings, read_scene
from stylecore.detail import example
from stylecore.growth import examples, first, grown, resized
from stylecore.pictures.tensors import to_floats, to_tensor
from stylecore.pyramid import Scale
from stylecore.underway import Way

RNG = np.random.default_rng(0)
CONTENT = cv2.GaussianBlur(RNG.integers(0, 256, (96, 128, 3), np.uint8), (0, 0), 1.0)
STYLE = RNG.integers(0, 256, (100, 100, 3), np.uint8)
OTHER = RNG.integers(0, 90, (60, 140, 3), np.uint8)
SMALL, LARGE = Scale(48, 64, 1), Scale(96, 128, 1)
SETTINGS = Settings(size=128)
LEFT = np.zeros((96, 128), np.float32)
LEFT[:, :64] = 1


def growth(x=None, style=STYLE, where=None, **options):
    scene = read_scene(CONTENT, style, replace(SETTINGS, **options), **(where or {}))
    x = scene.content_at(SMALL) if x is None else x
    return to_floats(grown(x, scene, LARGE))


def test_with_its_own_detail_the_content_is_itself_again():
    np.testing.assert_allclose(growth(detail="content"), CONTENT, atol=0.05)


def test_without_detail_a_picture_is_only_enlarged():
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    wanted = to_floats(resized(scene.content_at(SMALL), LARGE))
    np.testing.assert_array_equal(growth(detail="none"), wanted)
    np.testing.assert_array_equal(growth(detail="content", content_weight=0.0), wanted)


def test_by_example_it_has_what_the_style_has():
    """The content is the style itself: nearest patches are those at the same places."""
    scene = read_scene(STYLE, STYLE, replace(SETTINGS, size=100, content_weight=0.0))
    small, large = Scale(50, 50, 1), Scale(100, 100, 1)
    x = scene.content_at(small)
    found = to_floats(grown(x, scene, large))
    blurred = to_floats(resized(x, large))
    inside = slice(8, -8), slice(8, -8)
    gained = np.corrcoef((found - blurred)[inside].ravel(), (STYLE - blurred)[inside].ravel())
    assert gained[0, 1] > 0.6


def test_it_is_the_same_every_time():
    assert (growth() == growth()).all()


def test_at_the_same_size_nothing_is_added():
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    x = RNG.uniform(0, 255, (1, 3, 96, 128)).astype(np.float32)
    assert grown(x, scene, LARGE) is x


def test_a_region_takes_examples_from_its_own_style():
    flat = np.full_like(STYLE, 128)
    where = {"regions": [Region(LEFT, {0: None}), Region(1 - LEFT, {1: None})]}
    grey = np.full((1, 3, 48, 64), 128, np.float32)
    found = growth(grey, [STYLE, flat], where, content_weight=0.0)
    assert np.abs(found[:, :56] - 128).mean() > 5
    assert np.abs(found[:, 72:] - 128).max() < 1e-3


def test_a_style_without_weight_is_no_example():
    scene = read_scene(CONTENT, [STYLE, OTHER], replace(SETTINGS, blend=(0.0, 1.0)))
    ((mask, found),) = examples(scene, LARGE)
    assert mask is None
    assert [one.style.shape[:2] for one in found] == [scene.at(LARGE).styles[1].shape[2:]]


def test_grey_stays_grey():
    scene = read_scene(CONTENT, STYLE, replace(SETTINGS, color="luminance"))
    x = scene.content_at(SMALL)
    found = to_floats(grown(x, scene, LARGE))
    np.testing.assert_allclose(found, found.mean(axis=2, keepdims=True).repeat(3, 2), atol=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_noise_is_that_of_the_seed(seed):
    settings = replace(SETTINGS, init="noise")
    scenes = [read_scene(CONTENT, STYLE, replace(settings, seed=s)) for s in (seed, seed, seed + 2)]
    one, again, other = (first(scene, SMALL) for scene in scenes)
    assert (one == again).all()
    assert (one != other).any()


def test_a_picture_of_the_size_is_not_resized():
    x = RNG.uniform(0, 255, (1, 3, 48, 64)).astype(np.float32)
    assert resized(x, SMALL) is x
    larger = resized(x, LARGE)
    assert larger.shape == (1, 3, 96, 128)
    assert larger.min() >= 0
    assert larger.max() <= 255
    assert to_tensor(to_floats(larger)).shape == larger.shape


@pytest.mark.parametrize("where", [None, {"regions": [Region(LEFT, {0: None})]}])
def test_strip_by_strip_it_is_the_whole(monkeypatch, where):
    whole = growth(where=where)
    told = []
    monkeypatch.setattr(example, "_AT_ONCE", 128 * 28)
    scene = read_scene(CONTENT, STYLE, SETTINGS, **(where or {}))
    way = Way(told.append)
    way.at(LARGE)
    found = to_floats(grown(scene.content_at(SMALL), scene, LARGE, way))
    assert [(part.what, part.done, part.total) for part in told] == [
        ("detail", 1, 3),
        ("detail", 2, 3),
        ("detail", 3, 3),
    ]
    assert (np.abs(found - whole) < 0.01).mean() > 0.999


def test_of_a_large_style_windows_are_looked_at(monkeypatch):
    monkeypatch.setattr("stylecore.detail.windows.IN_A_TREE", 40 * 40 // 4)
    mask = np.zeros((100, 100), np.float32)
    mask[:50, :50] = 1
    regions = [Region(LEFT, {0: mask}), Region(1 - LEFT, {0: None})]
    scene = read_scene(CONTENT, STYLE, SETTINGS, regions=regions)
    (_, some), (_, every) = examples(scene, LARGE)
    assert len(every) == 16
    assert 4 <= len(some) < 9
    assert all(one.mask is not None and one.mask.max() >= 0.5 for one in some)
    pixels = sum(one.style.shape[0] * one.style.shape[1] for one in every)
    assert pixels == pytest.approx(40 * 40, rel=0.1)


def test_a_large_result_is_held_in_8_bits_and_starts_from_the_same(monkeypatch):
    usual = growth()
    for module in ("inputs", "scene"):
        monkeypatch.setattr(f"stylecore.{module}.LARGE", 1)
    scene = read_scene(CONTENT, STYLE, SETTINGS)
    held = (scene.content, *scene.styles, scene.finish.content)
    assert {one.dtype for one in held} == {np.dtype(np.uint8)}
    study = scene.at(LARGE)
    assert [one.shape for one in study.styles] == [scene.at(LARGE).styles[0].shape]
    assert study.content.dtype == study.styles[0].dtype == np.float32
    assert (np.abs(growth() - usual) < 1.5).mean() > 0.85


@pytest.mark.parametrize("how", ["example", "content"])
def test_a_large_scale_starts_with_few_pictures_in_memory(monkeypatch, held_at_peak, how):
    for module in ("inputs", "scene"):
        monkeypatch.setattr(f"stylecore.{module}.LARGE", 1)
    monkeypatch.setattr(example, "_AT_ONCE", 1)
    monkeypatch.setattr("stylecore.detail.windows.IN_A_TREE", 400)
    content = RNG.integers(0, 256, (480, 640, 3), np.uint8)
    scene = read_scene(content, STYLE, replace(SETTINGS, size=640, detail=how))
    x = scene.content_at(Scale(240, 320, 1))
    large = Scale(480, 640, 1)
    assert held_at_peak(lambda: grown(x, scene, large), large.pixels) < 6.5
