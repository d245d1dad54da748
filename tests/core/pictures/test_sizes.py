import numpy as np
import pytest

from stylecore.pictures.sizes import crop_to_aspect, resize, scaled_size


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("size", [(30, 20), (90, 60), (90, 20), (30, 60), (60, 40)])
def test_resizing_a_ramp_gives_a_ramp(picture, dtype, size):
    width, height = size
    resized = resize(picture.astype(dtype), width, height)
    x = (np.arange(width) + 0.5) * 60 / width - 0.5
    y = (np.arange(height) + 0.5) * 40 / height - 0.5
    assert resized.dtype == dtype
    assert resized.shape == (height, width, 3)
    inside = np.s_[3:-3, 3:-3]
    assert np.abs(resized[..., 0] - 4.0 * x)[inside].max() < 1.01
    assert np.abs(resized[..., 1] - 6.0 * y[:, None])[inside].max() < 1.01


def test_shrinking_takes_the_mean_of_the_area():
    fine = np.random.default_rng(0).random((8, 12, 3)).astype(np.float32)
    expected = fine.reshape(4, 2, 6, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(fine, 6, 4), expected, rtol=1e-6)


def test_growing_never_leaves_the_range_of_the_input():
    edge = np.zeros((8, 8), np.float32)
    edge[:, 4:] = 255
    grown = resize(edge, 32, 32)
    assert grown.min() >= 0
    assert grown.max() <= 255


def test_resizing_to_the_same_size_gives_a_copy(picture):
    same = resize(picture, 60, 40)
    same[:] = 0
    assert picture.any()


@pytest.mark.parametrize(
    ("height", "width", "longest", "expected"),
    [
        (768, 1024, 512, (384, 512)),
        (1024, 768, 512, (512, 384)),
        (100, 100, 512, (512, 512)),
        (3, 5000, 512, (1, 512)),
        (333, 1000, 100, (33, 100)),
    ],
)
def test_scaled_size(height, width, longest, expected):
    assert scaled_size(height, width, longest) == expected


def test_cropping_keeps_the_centre():
    grid = np.arange(6 * 10).reshape(6, 10)
    assert np.array_equal(crop_to_aspect(grid, 1.0), grid[:, 2:8])
    assert np.array_equal(crop_to_aspect(grid, 5.0), grid[2:4])
    assert crop_to_aspect(grid, 10 / 6).shape == (6, 10)
