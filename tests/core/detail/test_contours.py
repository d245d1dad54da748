import numpy as np
import pytest

from stylecore.detail.contours import contours, contours_at

RNG = np.random.default_rng(0)


def drawn(height=120, width=160):
    """A line and an edge on a quiet ground, and a patch of gravel."""
    picture = np.full((height, width, 3), 120, np.float32)
    picture[:, width // 2 :] = 170
    picture[20:22, 10:70] = 20
    picture[70:110, 10:60] += RNG.normal(0, 30, (40, 50, 1)).astype(np.float32)
    return np.clip(picture, 0, 255)


def test_edges_and_lines_are_contours_and_gravel_and_flats_are_not():
    found = contours(drawn())
    assert found.min() >= 0
    assert found.max() <= 1
    assert found[40:60, 80].min() > 0.9
    assert found[21, 20:60].min() > 0.5
    assert found[75:105, 15:55].mean() < 0.25
    assert found[40:60, 20:60].max() < 0.05


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_has_none(level):
    assert not contours(np.full((40, 50, 3), level, np.float32)).any()


def test_what_is_too_thin_here_is_seen_at_twice_the_size():
    picture = np.full((240, 320, 3), 150, np.float32)
    picture[100:102] = 90
    small = contours_at(picture[::2, ::2], 120, 160)
    seen = contours_at(picture, 120, 160)
    assert seen.shape == (120, 160)
    assert seen[50].mean() > 0.5
    assert (seen >= small - 1e-6).mean() > 0.9
