"""Both label pictures come from one call, can be read again, and mean the same by a colour."""

from __future__ import annotations

import numpy as np
import pytest

from stylecore.control.regions import label_regions
from stylecore.errors import SettingsError
from stylecore.masks.find import find_labels
from stylecore.masks.strokes import Box
from stylecore.pictures.labels import PALETTE, labels_to_masks

SKY, SAND, WOOD = (90, 140, 220), (230, 200, 130), (50, 80, 40)


def bands(*colours, seed=0):
    """Horizontal bands of noisy colour, 120×160."""
    index = np.arange(120)[:, None].repeat(160, 1) * len(colours) // 120
    noise = np.random.default_rng(seed).normal(0, 6, (120, 160, 3))
    return np.clip(np.array(colours)[index] + noise, 0, 255).astype(np.uint8)


def label_at(labels, row):
    return tuple(labels[row, 80].tolist())


def test_matching_regions_have_the_same_colour():
    found = find_labels(bands(SKY, SAND, WOOD), bands(WOOD, SKY, SAND, seed=1))
    for row, style_row in ((20, 60), (60, 100), (100, 20)):
        assert label_at(found.content, row) == label_at(found.style, style_row)
    assert len({label_at(found.content, row) for row in (20, 60, 100)}) == 3


def test_what_is_told_of_the_regions_is_in_the_pictures():
    found = find_labels(bands(SKY, SKY, SAND, WOOD), bands(SAND, SKY), regions=2)
    for region in found.regions:
        assert (found.content == region.color).all(axis=2).mean() == pytest.approx(region.share)
        of_style = (found.style == region.color).all(axis=2).mean()
        assert of_style == pytest.approx(region.style_share)
        assert region.distance > 0
    assert [region.color for region in found.regions] == list(PALETTE[:2])


def test_the_pictures_make_regions():
    found = find_labels(bands(SKY, SAND, WOOD), bands(WOOD, SAND, SKY))
    regions = label_regions(found.content, [found.style])
    assert len(regions) == 3
    assert np.array_equal(sum(region.content for region in regions), np.ones((120, 160)))


def test_one_picture_alone():
    found = find_labels(bands(SKY, WOOD), regions=2)
    assert found.style is None
    assert set(labels_to_masks(found.content)) == set(PALETTE[:2])
    assert all(region.style_share is None for region in found.regions)


def test_a_box_makes_two_regions_of_both_pictures():
    picture = bands(WOOD)
    picture[40:80, 50:110] = bands(SAND)[40:80, 50:110]
    found = find_labels(picture, bands(WOOD, SAND, SAND), box=Box(44, 34, 72, 52))
    assert label_at(found.content, 60) == PALETTE[0] == label_at(found.style, 100)
    assert label_at(found.content, 10) == PALETTE[1] == label_at(found.style, 20)


def test_an_even_style_serves_every_region():
    found = find_labels(bands(SKY, WOOD), np.full((60, 80, 3), 99, np.uint8), regions=2)
    assert {region.color for region in found.regions} <= set(labels_to_masks(found.style))


@pytest.mark.parametrize("hint", [{"box": Box(1, 1, 5, 5)}, {"foreground": [[(3, 3)]]}])
def test_regions_and_hints_exclude_each_other(hint):
    with pytest.raises(SettingsError, match="4 regions were asked for along with a box or strokes"):
        find_labels(bands(SKY), regions=4, **hint)


def test_background_strokes_alone_say_too_little():
    with pytest.raises(SettingsError, match="give a box or a foreground stroke"):
        find_labels(bands(SKY), background=[[(3, 3)]])
