import numpy as np
import pytest

from stylecore.losses.nearest import NEAREST, nearest_loss


@pytest.fixture
def given(values):
    target = values(1, 3, 4, 5, seed=1)
    return {
        "f": values(1, 3, 4, 5),
        "t": target / np.linalg.norm(target, axis=1, keepdims=True),
        "w": np.random.default_rng(2).uniform(0, 1, (1, 1, 4, 5)),
    }


def wanted(f, t, w):
    """Kolkin et al. 2022, eq. 3, with weights."""
    return sum(
        w[0, 0, y, x] * (1 - f[0, :, y, x] @ t[0, :, y, x] / np.linalg.norm(f[0, :, y, x]))
        for y, x in np.ndindex(4, 5)
    )


def test_the_loss_is_the_weighted_sum_of_one_minus_cosine(evaluate, given):
    found = evaluate(nearest_loss, **given)
    assert found.shape == ()
    assert found == pytest.approx(wanted(**given), rel=1e-5)
    assert NEAREST.measured(*given.values()) == pytest.approx(wanted(**given), rel=1e-5)


def test_how_strong_a_feature_is_does_not_count(evaluate, given):
    louder = given | {"f": given["f"] * 7}
    assert evaluate(nearest_loss, **louder) == pytest.approx(wanted(**given), rel=1e-5)


def test_features_that_point_as_they_should_lose_nothing(evaluate, given):
    assert evaluate(nearest_loss, **given | {"f": 50 * given["t"]}) < 1e-9


def test_a_position_that_nothing_excites_is_finite(evaluate, given):
    given["f"][0, :, 1, 2] = 0
    assert np.isfinite(evaluate(nearest_loss, **given))
