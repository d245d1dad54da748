import numpy as np
import pytest

from stylecore.pictures.color import (
    color_statistics,
    grey,
    luma,
    match_colors,
    match_luma,
    with_chroma,
)

RNG = np.random.default_rng(0)
MIX = np.array([[1, 0.3, 0.1], [0.2, 0.8, 0.1], [0.4, 0.1, 0.6]])


def painting(height, width, mean, spread):
    noise = RNG.normal(size=(height, width, 3)) @ MIX * spread
    return np.clip(noise + mean, 0, 255).astype(np.float32)


CONTENT = painting(40, 50, (120, 140, 100), 18)
STYLE = painting(33, 60, (150, 90, 130), 25)
WHOLE_CONTENT, WHOLE_STYLE = np.ones((40, 50), np.float32), np.ones((33, 60), np.float32)
LEFT = np.zeros((33, 60), np.float32)
LEFT[:, :30] = 1


def test_luma_is_that_of_rec_601():
    assert np.allclose(
        luma(np.array([[[100, 0, 0], [0, 100, 0], [0, 0, 100]]])), [29.9, 58.7, 11.4]
    )
    assert np.allclose(grey(CONTENT)[..., 1], luma(CONTENT))
    assert np.allclose(luma(grey(CONTENT)), luma(CONTENT), atol=1e-3)


def test_matched_colours_have_the_mean_and_covariance_of_the_contents():
    matched = match_colors(STYLE, CONTENT, WHOLE_STYLE, WHOLE_CONTENT)
    mean, covariance = color_statistics(matched, WHOLE_STYLE)
    wanted, target = color_statistics(CONTENT, WHOLE_CONTENT)
    assert np.allclose(mean, wanted, atol=0.5)
    assert np.allclose(covariance, target, atol=0.01 * np.abs(target).max())


def test_statistics_are_those_of_numpy():
    mean, covariance = color_statistics(STYLE, LEFT)
    pixels = STYLE[:, :30].reshape(-1, 3)
    assert np.allclose(mean, pixels.mean(axis=0))
    assert np.allclose(covariance, np.cov(pixels.T, bias=True))


def test_only_the_part_that_counts_is_matched():
    style = STYLE.copy()
    style[:, 30:] = 255 - style[:, 30:]
    matched = match_colors(style, CONTENT, LEFT, WHOLE_CONTENT)
    found = color_statistics(matched, LEFT)
    for one, wanted in zip(found, color_statistics(CONTENT, WHOLE_CONTENT), strict=True):
        assert np.allclose(one, wanted, atol=0.02 * np.abs(wanted).max())


def test_colours_that_match_already_hardly_move():
    same = match_colors(CONTENT, CONTENT, WHOLE_CONTENT, WHOLE_CONTENT)
    assert np.abs(same - CONTENT).max() < 1.5


@pytest.mark.parametrize("change", [match_colors, match_luma])
def test_a_style_of_one_colour_is_no_trouble(change):
    flat = np.full((33, 60, 3), 80, np.float32)
    changed = change(flat, CONTENT, WHOLE_STYLE, WHOLE_CONTENT)
    assert CONTENT.min() < changed.mean() < CONTENT.max()
    assert np.ptp(changed) < 90


def test_matched_luma_has_the_mean_and_deviation_of_the_contents():
    matched = match_luma(STYLE, CONTENT, WHOLE_STYLE, WHOLE_CONTENT)
    assert np.array_equal(matched[..., 0], matched[..., 2])
    wanted = luma(CONTENT)
    assert np.isclose(matched.mean(), wanted.mean(), atol=0.3)
    assert np.isclose(matched[..., 0].std(), wanted.std(), atol=0.3)


def test_chroma_is_put_back_and_luma_kept():
    painted = painting(40, 50, (128, 128, 128), 30)
    done = with_chroma(painted, CONTENT)
    assert np.allclose(luma(done), luma(painted), atol=1e-2)
    assert done.min() >= -1e-3
    assert done.max() <= 255.001
    chroma, wanted = done - grey(done), CONTENT - grey(CONTENT)
    exact = np.abs(chroma - wanted).max(axis=2) < 0.01
    assert exact.mean() > 0.9
    length = np.linalg.norm(chroma, axis=2) * np.linalg.norm(wanted, axis=2)
    assert np.allclose((chroma * wanted).sum(axis=2), length, atol=0.1)  # same hue, paler


def test_colours_that_do_not_exist_at_a_luma_become_paler():
    red = np.full((1, 1, 3), (250, 10, 10), np.float32)
    white, black = np.full((1, 1, 3), 255.0), np.zeros((1, 1, 3))
    assert np.allclose(with_chroma(white, red), 255, atol=0.01)
    assert np.allclose(with_chroma(black, red), 0, atol=0.01)
