"""Descriptors tell looks apart, keep borders, and do not mind the size of the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylecore.masks.descriptors import SIDE, describe, to_lab


def halves(left, right, size=SIDE):
    picture = np.empty((size * 3 // 4, size, 3), np.uint8)
    picture[:, : size // 2], picture[:, size // 2 :] = left, right
    return picture


def test_lab_is_the_field_s():
    colours = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0]]], np.uint8)
    expected = [[1, 0, 0], [0, 0, 0], [0.5324, 0.8009, 0.6720]]  # CIE, D65
    assert np.abs(to_lab(colours)[0] - expected).max() < 2e-3


def test_an_even_border_is_neither_moved_nor_taken_for_texture():
    looks = describe(halves((30, 30, 200), (220, 200, 40))).looks
    middle = looks.shape[1] // 2
    row = looks[looks.shape[0] // 2]
    for side, other in ((row[middle - 4], row[10]), (row[middle + 4], row[-10])):
        assert np.abs(side - other).max() < 0.02


def test_texture_is_seen_where_it_is():
    picture = halves((128, 128, 128), (128, 128, 128))
    noise = np.random.default_rng(0).integers(60, 196, picture[:, SIDE // 2 :].shape, np.uint8)
    picture[:, SIDE // 2 :] = noise
    fine = describe(picture).looks[..., 3]
    assert fine[:, SIDE // 2 + 12 :].min() > fine[:, : SIDE // 2 - 12].max() + 0.3


@pytest.mark.parametrize("size", [64, 700])
def test_any_size_is_brought_to_the_same(size):
    seen = describe(halves((200, 0, 0), (0, 0, 200), size))
    assert seen.looks.shape == (SIDE * 3 // 4, SIDE, 6)
    assert seen.places.shape == (SIDE * 3 // 4, SIDE, 2)
    assert seen.places.max() < 1
    reference = describe(halves((200, 0, 0), (0, 0, 200)))
    far = np.s_[20:-20, 20:100]
    assert np.abs(seen.looks[far] - reference.looks[far]).max() < 0.02


def test_strokes_narrower_than_the_window_do_not_show():
    picture = halves((90, 90, 90), (90, 90, 90))
    cv2.line(picture, (0, 40), (SIDE, 120), (250, 250, 250), 4)
    lightness = describe(picture).looks[..., 0]
    assert np.ptp(lightness) < 0.02
