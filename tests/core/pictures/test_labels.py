"""Label pictures are read as they were meant, after what programs and formats do to them."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.pictures.labels import (
    PALETTE,
    check_lossless,
    index_to_labels,
    labels_to_masks,
    masks_to_labels,
    same_label,
)
from stylecore.pictures.parts import nearest_of

RED, BLUE, YELLOW = PALETTE[:3]


def blobs(height, width, count, seed=0):
    """Numbered regions with round borders."""
    noise = np.random.default_rng(seed).normal(size=(count, height, width)).astype(np.float32)
    return np.argmax([cv2.GaussianBlur(one, (0, 0), width / 14) for one in noise], axis=0)


def as_jpeg(picture, quality):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)


def numbered(masks):
    """The (H, W) numbers again, from masks whose colours are about those of the palette."""
    index = np.full(next(iter(masks.values())).shape, -1)
    for color, mask in masks.items():
        index[mask > 0] = PALETTE.index(same_label(color, dict.fromkeys(PALETTE)))
    return index


@pytest.mark.parametrize("count", [1, 2, 7, len(PALETTE)])
def test_a_clean_picture_is_read_exactly(count):
    index = np.repeat(np.repeat(np.arange(16).reshape(4, 4) % count, 5, 0), 7, 1)
    masks = labels_to_masks(index_to_labels(index))
    assert set(masks) == set(PALETTE[:count])
    assert np.array_equal(numbered(masks), index)


def test_every_pixel_is_in_one_region_and_the_largest_comes_first():
    masks = labels_to_masks(index_to_labels(blobs(90, 120, 5)))
    assert np.array_equal(sum(masks.values()), np.ones((90, 120)))
    areas = [mask.sum() for mask in masks.values()]
    assert areas == sorted(areas, reverse=True)
    assert {mask.dtype.name for mask in masks.values()} == {"float32"}


@pytest.mark.parametrize("quality", [95, 85, 75])
@pytest.mark.parametrize("blur", [0, 0.8, 1.5])
def test_edges_that_jpeg_and_smoothing_mixed_go_to_a_neighbour(quality, blur):
    index = blobs(384, 512, 6)
    labels = index_to_labels(index)
    smooth = cv2.GaussianBlur(labels, (0, 0), blur) if blur else labels
    masks = labels_to_masks(as_jpeg(smooth, quality))
    assert len(masks) == 6
    assert np.mean(numbered(masks) == index) > 0.995


def test_a_mixed_edge_is_no_third_region_though_it_has_its_colour():
    between = tuple((a + b) // 2 for a, b in zip(RED, BLUE, strict=True))
    labels = np.empty((40, 80, 3), np.uint8)
    labels[:, :30], labels[:, 30:60], labels[:, 60:] = RED, BLUE, between
    labels[:, 30] = np.add(between, 3)
    third = labels_to_masks(labels)[between]
    assert not third[:, :60].any()
    assert third[:, 60:].all()


def test_specks_go_to_what_surrounds_them():
    labels = np.full((100, 100, 3), RED, np.uint8)
    labels[:, 50:] = BLUE
    labels[10:12, 10:12] = BLUE
    labels[70, 70] = YELLOW
    masks = labels_to_masks(labels, speck=1e-3)
    assert set(masks) == {RED, BLUE}
    assert masks[RED][:, :50].all()
    assert masks[BLUE][:, 50:].all()
    assert labels_to_masks(labels, speck=0)[BLUE][10:12, 10:12].all()


def test_a_photograph_is_refused():
    ramp = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    for picture in (ramp, noise):
        with pytest.raises(ImageError, match="not made of flat colours"):
            labels_to_masks(picture)


def test_too_many_colours_are_counted():
    labels = index_to_labels(np.repeat(np.arange(5), 8)[None].repeat(8, 0))
    assert len(labels_to_masks(labels, most=5)) == 5
    with pytest.raises(ImageError, match=r"has 5 flat colours; .* at most 4"):
        labels_to_masks(labels, most=4)


def test_masks_are_drawn_where_they_are_strongest():
    left = np.tile(np.linspace(1, 0, 10, dtype=np.float32), (4, 1))
    labels = masks_to_labels([left, 1 - left])
    assert (labels[:, :5] == RED).all()
    assert (labels[:, 5:] == BLUE).all()


@pytest.mark.parametrize("count", [0, len(PALETTE) + 1])
def test_more_masks_than_colours_or_none_are_refused(count):
    with pytest.raises(ImageError, match=f"{count} regions"):
        masks_to_labels([np.ones((2, 2))] * count)


def test_the_colours_are_far_apart_for_reading():
    for one, other in combinations(PALETTE, 2):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 48


def test_a_colour_is_known_again_a_few_levels_off():
    assert same_label((255, 0, 0), {(254, 2, 1): 0, (235, 0, 0): 1, (0, 0, 255): 2}) == (254, 2, 1)
    assert same_label((255, 0, 0), {(0, 255, 0): 0}) is None
    assert same_label((255, 0, 0), {}) is None


def test_the_nearest_pixel_is_the_nearest():
    kept = np.zeros((7, 9), bool)
    kept[1, 2] = kept[5, 7] = True
    rows, columns = nearest_of(kept)
    assert (rows[0, 0], columns[0, 0]) == (1, 2)
    assert (rows[6, 8], columns[6, 8]) == (5, 7)


def test_formats_that_blur_are_no_place_for_labels():
    check_lossless("labels.PNG")
    for name in ("labels.jpg", "labels.JPEG", "labels.webp"):
        with pytest.raises(ImageError, match="blurs a label picture"):
            check_lossless(name)
