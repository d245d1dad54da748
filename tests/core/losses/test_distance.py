import numpy as np
import pytest

from stylecore.losses.distance import energy, squared_distance, weighted_distance


def test_the_squared_distance_is_elementwise(evaluate, values):
    a, b = values(2, 3), values(2, 3, seed=1)
    np.testing.assert_allclose(evaluate(squared_distance, a=a, b=b), (a - b) ** 2)


def test_in_numpy_it_is_weighted_and_summed(values):
    a, b, w = values(2, 3), values(2, 3, seed=1), values(1, 3, seed=2)
    wanted = sum(w[0, j] * (a[i, j] - b[i, j]) ** 2 for i, j in np.ndindex(2, 3))
    assert weighted_distance(a, b, w) == pytest.approx(wanted, rel=1e-5)


def test_the_energy_is_the_sum_of_squares():
    assert energy(np.array([[3.0, 4.0]], np.float32)) == 25
