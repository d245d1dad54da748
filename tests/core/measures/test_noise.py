"""Noise of a known deviation is found, and edges, slopes and a style's own grain are not."""

import cv2
import numpy as np
import pytest

from stylecore.measures.noise import flat_parts, noise, residual_noise

RNG = np.random.default_rng(0)
FLAT = np.full((120, 160, 3), 128.0)
SLOPE = FLAT + np.linspace(-60, 60, 160)[None, :, None] + np.linspace(-40, 40, 120)[:, None, None]
EDGES = FLAT + 60 * ((np.arange(160) // 20 % 2)[None, :, None] - 0.5)


def noisy(picture, sigma, seed=0):
    return picture + np.random.default_rng(seed).normal(0, sigma, picture.shape)


@pytest.mark.parametrize("picture", [FLAT, SLOPE, EDGES], ids=["flat", "slope", "edges"])
@pytest.mark.parametrize("sigma", [1.0, 5.0, 20.0])
def test_the_deviation_is_found(picture, sigma):
    assert noise(noisy(picture, sigma)) == pytest.approx(sigma, rel=0.15)
    eight_bits = np.clip(np.rint(noisy(FLAT, sigma)), 0, 255).astype(np.uint8)
    assert noise(eight_bits) == pytest.approx(sigma, rel=0.15)


def test_on_a_plane_it_is_exactly_that_of_immerkaer_with_a_median():
    """By sums over neighbours, for each channel."""
    picture = noisy(SLOPE, 3.0)
    taps = np.outer([1, -2, 1], [1, -2, 1])
    inner = sum(
        taps[down, right] * picture[down : 118 + down, right : 158 + right]
        for down in range(3)
        for right in range(3)
    )
    medians = np.median(np.abs(inner), axis=(0, 1)) / (6 * 0.6744897501960817)
    where = np.zeros((120, 160), bool)
    where[1:-1, 1:-1] = True
    assert noise(picture, where) == pytest.approx(np.sqrt(np.mean(medians**2)), rel=1e-4)


def test_nothing_is_noisy_without_noise():
    assert noise(FLAT) == noise(EDGES) == 0
    assert noise(SLOPE) < 1e-3


def test_only_where_it_is_looked_for():
    picture = FLAT.copy()
    picture[:, 80:] = noisy(FLAT, 10.0)[:, 80:]
    left = np.zeros((120, 160), bool)
    left[:, :78] = True
    assert noise(picture, left) == 0
    assert noise(picture, ~left) == pytest.approx(10, rel=0.1)


def test_the_flattest_part_is_a_third_of_a_picture_and_lies_where_nothing_is():
    picture = FLAT.copy()
    picture[:, 50:] += cv2.resize(RNG.normal(0, 40, (20, 20, 3)), (110, 120))
    found = flat_parts(picture)
    assert 0.3 < found.mean() < 0.36
    assert found[:, :35].mean() > 0.95
    assert found[:, 70:].mean() < 0.2
    assert flat_parts(FLAT).all()


def test_what_the_style_has_itself_is_no_noise():
    style = noisy(FLAT, 3.0, seed=1)
    assert residual_noise(FLAT, style, noisy(FLAT, 3.0)) < 0.9
    assert residual_noise(FLAT, style, noisy(FLAT, 5.0)) == pytest.approx(4.0, rel=0.1)
    assert residual_noise(FLAT, style, FLAT) == 0
