import numpy as np
import pytest
from PIL import Image

from stylecore.pictures.profiles.cicp import space_of


def level(space, code):
    grey = np.full((1, 1, 3), code, np.uint8)
    return space.to_srgb(grey, 255)[0, 0].tolist()


def test_display_p3_as_its_profile_has_it(profiles):
    colors = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    wanted = profiles.shown(Image.fromarray(colors), profiles.matrix("Display P3"))
    assert np.abs(space_of(12, 13).to_srgb(colors, 255) - wanted).max() <= 2


def test_what_is_unspecified_is_srgb():
    assert space_of(2, 2).is_srgb()
    assert space_of(1, 13).is_srgb()


@pytest.mark.parametrize(("transfer", "white"), [(16, 0.58), (18, 0.75)])
def test_diffuse_white_of_hdr_is_white(transfer, white):
    """ITU-R BT.2408, table 1: 58 % in PQ and 75 % in HLG."""
    assert min(level(space_of(9, transfer), round(255 * white))) >= 253
    assert level(space_of(9, transfer), 255) == [255, 255, 255]
    assert level(space_of(9, transfer), 0) == [0, 0, 0]


def test_the_narrow_range_of_video():
    space = space_of(1, 13, full_range=False)
    assert level(space, 16) == [0, 0, 0]
    assert level(space, 235) == [255, 255, 255]
    assert level(space, 255) == [255, 255, 255]


def test_the_curve_of_television():
    """H.273, row 1: 0.5 is 0.2596 of the light, which sRGB encodes as 140."""
    assert abs(level(space_of(1, 1), 128)[0] - 140) <= 1


@pytest.mark.parametrize("codes", [(0, 13), (3, 13), (1, 0), (1, 3), (200, 200)])
def test_codes_that_mean_nothing(codes):
    assert space_of(*codes) is None
