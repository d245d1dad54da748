"""Regions find their like in the other picture, and both get the same numbers."""

from __future__ import annotations

import numpy as np

from stylecore.masks.matching import Pair, common_numbers, match


def bands(colours, noise=0, seed=0):
    """Horizontal bands, with their numbers."""
    index = np.repeat(np.arange(len(colours)), 30)[:, None].repeat(100, 1)
    picture = np.array(colours, float)[index]
    picture += np.random.default_rng(seed).normal(0, 1, picture.shape) * noise
    return np.clip(picture, 0, 255).astype(np.uint8), index


BLUE, GREEN, SAND = (70, 110, 200), (60, 120, 60), (220, 190, 120)


def test_like_finds_like_whatever_the_order():
    content = bands([BLUE, GREEN, SAND], 8)
    style = bands([SAND, BLUE, GREEN], 8, seed=1)
    assert [pair.style for pair in match(*content, *style)] == [1, 2, 0]


def test_what_is_the_same_is_at_no_distance():
    content = bands([BLUE, GREEN, SAND], 8)
    pairs = match(*content, *content)
    assert [pair[:2] for pair in pairs] == [(0, 0), (1, 1), (2, 2)]
    assert max(pair.distance for pair in pairs) < 1e-6


def test_the_brightest_finds_the_brightest_of_a_darker_picture():
    content = bands([(250, 250, 250), (150, 150, 150)])
    style = bands([(90, 90, 90), (20, 20, 20)])
    assert [pair.style for pair in match(*content, *style)] == [0, 1]


def test_texture_finds_texture():
    grey = (128, 128, 128)
    smooth, index = bands([grey, grey])
    content = smooth.copy()
    content[:30] = bands([grey], 40)[0]
    style = smooth.copy()
    style[30:] = bands([grey], 40, seed=1)[0]
    assert [pair.style for pair in match(content, index, style, index)] == [1, 0]


def test_each_region_of_the_style_is_taken_once_while_there_are_enough():
    content = bands([BLUE, (80, 120, 210), GREEN])
    style = bands([BLUE, GREEN, SAND, (0, 0, 0)])
    styles = [pair.style for pair in match(*content, *style)]
    assert len(set(styles)) == 3


def test_regions_left_over_take_the_most_similar_again():
    content = bands([BLUE, (80, 120, 210), GREEN])
    style = bands([GREEN, BLUE])
    assert [pair.style for pair in match(*content, *style)] == [1, 1, 0]


def test_pairs_get_common_numbers_and_others_their_own():
    pairs = [Pair(0, 2, 0.1), Pair(1, 0, 0.2), Pair(2, 2, 0.3)]
    numbers, style = common_numbers(pairs, np.array([[0, 1, 2, 3]]))
    assert numbers.tolist() == [0, 1, 0]
    assert style.tolist() == [[1, 3, 0, 4]]


def test_a_region_that_vanishes_when_the_picture_is_shrunk_still_has_looks():
    picture = np.full((40, 1600, 3), 120, np.uint8)
    parts = np.zeros((40, 1600), np.intp)
    picture[10, 802], parts[10, 802] = (250, 30, 30), 1
    pairs = match(picture, parts, picture, parts)
    assert [pair.style for pair in pairs] == [0, 1]
    assert all(np.isfinite(pair.distance) for pair in pairs)
