"""Segmentation finds regions that were painted to be found, at the pixel, every time."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylecore.errors import SettingsError
from stylecore.masks import segmentation
from stylecore.masks.segmentation import by_area, segment
from stylecore.pictures.parts import connected_parts


def scene(height=150, width=200):
    """A sky, a textured ground and a disc of sun, noisy, with the numbers of its parts."""
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[:height, :width]
    index = (rows > 0.6 * height).astype(int)
    index[np.hypot(rows - 0.3 * height, columns - 0.7 * width) < 0.15 * width] = 2
    colours = np.array([[90, 140, 220], [70, 90, 50], [240, 200, 60]], float)
    picture = colours[index] + random.normal(0, 5, (height, width, 3))
    picture += (index == 1)[..., None] * random.normal(0, 25, (height, width, 1))
    return np.clip(picture, 0, 255).astype(np.uint8), index


def overlap(one, other):
    return (one & other).sum() / (one | other).sum()


def test_the_parts_of_a_scene_are_found():
    picture, index = scene()
    found = segment(picture, 3)
    assert found.shape == index.shape
    for part in range(3):
        assert overlap(found == part, index == part) > 0.95


def test_texture_alone_makes_a_region():
    random = np.random.default_rng(2)
    picture = np.full((120, 160, 3), 128, np.uint8)
    picture[:, 80:] = np.clip(128 + random.normal(0, 40, (120, 80, 1)), 0, 255)
    found = segment(picture, 2)
    assert (found[:, :80] == found[0, 0]).mean() > 0.95
    assert (found[:, 80:] == found[0, -1]).mean() > 0.95
    assert found[0, 0] != found[0, -1]


def test_the_same_picture_gives_the_same_regions():
    blurs = np.random.default_rng(3).integers(0, 256, (12, 16, 3), np.uint8)
    picture = cv2.resize(blurs, (160, 120), interpolation=cv2.INTER_CUBIC)
    found = []
    for seed in (1, 2):  # whoever draws from OpenCV's generator or NumPy's gets other numbers
        cv2.setRNGSeed(seed)
        np.random.seed(seed)
        found.append(segment(picture, 4))
    assert np.array_equal(*found)


def test_regions_are_numbered_by_size():
    areas = np.bincount(segment(scene()[0], 5).ravel())
    assert list(areas) == sorted(areas, reverse=True)
    assert len(areas) <= 5
    assert by_area(np.array([[5, 5, 2, 0, 2, 2]])).tolist() == [[1, 1, 0, 2, 0, 0]]


def test_borders_are_at_the_size_of_the_picture():
    picture, index = scene(450, 600)
    found = segment(picture, 3)
    assert found.shape == (450, 600)
    assert overlap(found == 2, index == 2) > 0.97


def test_parts_are_no_specks(monkeypatch):
    picture = scene()[0]
    for x in range(25, 180, 25):
        for y in range(20, 60, 20):
            cv2.circle(picture, (x, y), 5, (240, 200, 60), -1)
    assert smallest_part(segment(picture, 4)) >= 0.004
    monkeypatch.setattr(segmentation, "without_specks", lambda index, *_: index)
    assert smallest_part(segment(picture, 4)) < 0.004, "there are none to be taken away"


def smallest_part(index):
    """The share of the picture that its smallest connected part has."""
    areas = [connected_parts(index == one)[1][1:].min() for one in np.unique(index)]
    return min(areas) / index.size


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 500), (8, 8)])
def test_small_and_narrow_pictures_are_segmented_without_complaint(shape):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = segment(picture, 3)
    assert found.shape == shape
    assert set(np.unique(found)) == set(range(min(3, found.size)))


def test_an_even_picture_is_parted_by_place():
    found = segment(np.full((60, 80, 3), 99, np.uint8), 3)
    areas = np.bincount(found.ravel()) / found.size
    assert len(areas) == 3
    assert areas.min() > 0.25
    assert smallest_part(found) == areas.min()


@pytest.mark.parametrize("count", [-1, 1, 17])
def test_a_number_of_regions_that_cannot_be_is_refused(count):
    with pytest.raises(SettingsError, match=f"{count} regions .* 2 to 16"):
        segment(scene()[0], count)
