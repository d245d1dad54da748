import numpy as np
import pytest

from stylecore.pictures.tensors import to_floats, to_picture, to_tensor


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
