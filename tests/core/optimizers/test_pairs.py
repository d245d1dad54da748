import numpy as np
import pytest

from stylecore.optimizers.pairs import Memory, full, halved
from stylecore.optimizers.projected_lbfgs import projected_lbfgs

SHAPE = (1, 3, 4, 5)


def valley(x):
    """Rosenbrock's function in pairs of pixels; its lowest point is at 100."""
    u = x.astype(np.float64).ravel() / 100
    a, b = u[::2], u[1::2]
    gradient = np.empty_like(u)
    gradient[::2] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1::2] = 200 * (b - a**2)
    loss = float((100 * (b - a**2) ** 2 + (1 - a) ** 2).sum())
    return loss, (gradient / 100).reshape(x.shape).astype(np.float32)


@pytest.mark.parametrize("scale", [1e-36, 1e-9, 1.0, 255.0, 1e30])
def test_half_precision_keeps_three_digits_at_any_scale(scale):
    array = (np.random.default_rng(0).normal(size=SHAPE) * scale).astype(np.float32)
    found = halved(array)
    assert found.values.dtype == np.float16
    assert full(found).dtype == np.float32
    np.testing.assert_allclose(full(found), array, rtol=1e-3, atol=1e-6 * scale)


def test_nothing_is_nothing():
    assert not full(halved(np.zeros(SHAPE, np.float32))).any()


def test_with_pairs_in_half_precision_the_search_ends_where_it_does():
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    found = projected_lbfgs(valley, x, steps=120, memory=Memory(10, half=True))
    assert valley(found)[0] < 1e-3 * valley(x)[0]
    assert np.abs(found - projected_lbfgs(valley, x, steps=400)).max() < 30


def test_a_mark_of_such_a_search_holds_half_as_much():
    marks = []
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    projected_lbfgs(valley, x, steps=12, memory=Memory(4, half=True), on_mark=marks.append)
    arrays = max((mark.packed().arrays for mark in marks), key=len)
    assert len(arrays) == 2 + 2 * 4
    assert {str(one.dtype) for name, one in arrays.items() if name[0] in "sy"} == {"float16"}
