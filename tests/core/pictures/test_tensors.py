import numpy as np
import pytest

from stylecore.pictures.tensors import (
    eight_bits,
    in_bits,
    levels_of,
    to_floats,
    to_picture,
    to_tensor,
)


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def test_channels_come_first_and_values_stay(picture):
    tensor = to_tensor(picture)
    assert tensor.shape == (1, 3, 5, 7)
    assert tensor.dtype == np.float32
    assert tensor.flags.c_contiguous
    for y, x, c in np.ndindex(picture.shape):
        assert tensor[0, c, y, x] == picture[y, x, c]


def test_there_and_back(picture):
    assert (to_picture(to_tensor(picture)) == picture).all()
    floats = to_floats(to_tensor(picture + 0.25))
    assert floats.flags.c_contiguous
    assert (floats == picture + np.float32(0.25)).all()


def test_a_part_of_a_picture_is_copied_whole(picture):
    part = picture[1:4, ::-2]
    assert (to_picture(to_tensor(part)) == part).all()


def test_levels_are_rounded_and_held_in_the_box():
    values = np.array([-3.0, -0.4, 0.49, 0.51, 100.5, 254.6, 255.4, 300.0], np.float32)
    tensor = np.broadcast_to(values, (1, 3, 1, 8))
    picture = to_picture(tensor)
    assert picture.dtype == np.uint8
    assert picture[0, :, 0].tolist() == [0, 0, 0, 1, 100, 255, 255, 255]


def test_sixteen_bits_have_a_level_for_each_of_eight_and_more_between():
    values = np.array([[[-1.0, 0.0, 0.5], [100.25, 255.0, 300.0]]], np.float32)
    deep = in_bits(values, 16)
    assert deep.dtype == np.uint16
    assert deep[0].tolist() == [[0, 0, 128], [25764, 65535, 65535]]
    assert np.abs(levels_of(deep) - np.clip(values, 0, 255)).max() <= 0.501 / 257
    assert in_bits(values, 8)[0].tolist() == [[0, 0, 0], [100, 255, 255]]


def test_eight_bits_are_the_nearest_of_sixteen(picture):
    deep = in_bits(picture.astype(np.float32), 16)
    assert np.array_equal(eight_bits(deep), picture)
    assert eight_bits(picture) is picture
    assert eight_bits(np.array([128, 129], np.uint16)).tolist() == [0, 1]
