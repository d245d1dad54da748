import cv2
import numpy as np
import pytest

from stylecore.control.views import COARSE, MIDDLE, Corner, corners_at
from stylecore.pictures.images import resize

RNG = np.random.default_rng(0)
STYLE = RNG.uniform(0, 255, (60, 80, 3)).astype(np.float32)


def resized(values, height, width):
    return resize(values, width, height)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_corner_is_a_part_of_the_style_enlarged_and_turned(place, turns):
    down, right = place
    found = Corner(down, right, 2.0, turns).cut(STYLE, 30, 40, resized)
    assert found.shape == ((40, 30, 3) if turns % 2 else (30, 40, 3))
    part = STYLE[30 * down : 30 * down + 30, 40 * right : 40 * right + 40]
    assert (np.rot90(found, -turns) == part).all()


def test_masks_are_cut_like_pictures():
    mask = (STYLE[..., 0] > 128).astype(np.float32)
    corner = Corner(1, 0, 1.4, 3)
    both = [corner.cut(one, 30, 40, resized) for one in (mask, np.dstack([mask] * 3))]
    assert both[0].shape == both[1].shape[:2]
    np.testing.assert_allclose(both[0], both[1][..., 0], atol=1e-5)


def test_coarse_scales_have_more_views_and_fine_ones_none():
    counts = [len(corners_at(side)) for side in (64, COARSE, COARSE + 1, MIDDLE, MIDDLE + 1, 4096)]
    assert counts == [12, 12, 4, 4, 0, 0]


def test_at_coarse_scales_every_orientation_is_there_alike():
    turns = [corner.turns for corner in corners_at(64)]
    assert [turns.count(turn) for turn in range(4)] == [3, 3, 3, 3]


def test_every_part_of_a_style_is_in_some_view():
    seen = np.zeros((60, 80), bool)
    index = np.arange(4800, dtype=np.float32).reshape(60, 80)
    for corner in corners_at(200):
        found = corner.cut(index, 30, 40, lambda v, h, w: cv2.resize(v, (w, h)))
        seen.ravel()[np.rint(found).astype(int).ravel()] = True
    assert seen.all()
