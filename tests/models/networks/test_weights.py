import numpy as np

from stylecore.models.networks.layers import count, parameters_of
from stylecore.models.networks.sizes import SHAPES
from stylecore.models.networks.weights import divided, first_weights

TINY = SHAPES["tiny"]


def test_a_vector_is_divided_without_rest_and_without_copies():
    vector = np.arange(count(TINY), dtype=np.float32)
    parts = divided(vector, TINY)
    assert {name: part.shape for name, part in parts.items()} == parameters_of(TINY)
    np.testing.assert_array_equal(np.concatenate([one.ravel() for one in parts.values()]), vector)
    parts["out.bias"][...] = -1
    assert vector[-3:].tolist() == [-1, -1, -1]


def test_the_first_weights_depend_on_the_seed_alone():
    first = first_weights(TINY, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, first_weights(TINY, 3))
    assert not np.array_equal(first, first_weights(TINY, 4))


def test_kernels_begin_small_and_even_and_norms_change_nothing():
    parts = divided(first_weights(TINY, 0), TINY)
    kernel = parts["block1.first.kernel"]
    most = 1 / np.sqrt(kernel[0].size)
    assert np.abs(kernel).max() <= most
    np.testing.assert_allclose(kernel.std(), most / np.sqrt(3), rtol=0.02)
    assert (parts["block1.first.gain"] == 1).all()
    assert (parts["block1.first.shift"] == 0).all()
    assert (parts["out.bias"] == 0).all()
