import numpy as np
import pytest

from stylecore.losses.gaussian import gram_and_mean, split


@pytest.fixture
def statistic_of(evaluate):
    return lambda features, guide: evaluate(
        lambda t, f, g: gram_and_mean(t, f, g, features.shape[1]), f=features, g=guide
    )


def test_second_moments_stand_beside_the_mean(statistic_of, values):
    features = values(1, 3, 4, 5)
    found = statistic_of(features, np.full((1, 4, 5), 1 / 20))
    flat = features[0].reshape(3, -1)
    assert found.shape == (1, 3, 4)
    np.testing.assert_allclose(found[0, :, :3], flat @ flat.T / 20, rtol=1e-12)
    np.testing.assert_allclose(found[0, :, 3], flat.mean(axis=1), rtol=1e-12)


def test_a_region_is_what_its_crop_is(statistic_of, values):
    features, guides = values(1, 3, 4, 6), np.zeros((2, 4, 6))
    guides[0, :, :2], guides[1, :, 2:] = 1 / 8, 1 / 16
    found = statistic_of(features, guides)
    for region, crop in zip(found, (features[..., :2], features[..., 2:]), strict=True):
        (alone,) = statistic_of(crop, np.full((1, *crop.shape[2:]), 3 / crop.size))
        np.testing.assert_allclose(region, alone, rtol=1e-12)


def test_the_mean_of_two_is_that_of_both_clouds_together(statistic_of, values):
    one, other = values(1, 3, 4, 5), values(1, 3, 4, 5, seed=1)
    half, whole = np.full((1, 4, 5), 1 / 20), np.full((1, 4, 10), 1 / 40)
    together = statistic_of(np.concatenate([one, other], axis=3), whole)
    apart = statistic_of(one, half) + statistic_of(other, half)
    np.testing.assert_allclose(together, apart / 2, rtol=1e-9)


def test_split_gives_the_matrix_and_the_column(values):
    square, column = split(values(2, 3, 4))
    assert (square.shape, column.shape) == ((2, 3, 3), (2, 3))
