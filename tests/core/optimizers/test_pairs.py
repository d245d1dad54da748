import numpy as np
import pytest

from stylecore.optimizers import pairs
from stylecore.optimizers.pairs import Memory, add, full, halved, keep, product
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


@pytest.mark.parametrize(
    ("steps", "memory", "most"),
    [
        (1, Memory(10), 1.3),
        (2, Memory(10), 4.3),
        (6, Memory(1), 8.3),
        (6, Memory(1, half=True), 7.3),
    ],
)
def test_a_search_holds_few_pictures(monkeypatch, held_at_peak, steps, memory, most):
    """Besides its start: gradient, trial and its gradient, pairs, and what is between them."""
    monkeypatch.setattr(pairs, "_PART", 1000)
    target = np.random.default_rng(0).uniform(0, 255, (1, 3, 300, 300)).astype(np.float32)
    start = np.full_like(target, 100)

    def bowl(x):
        away = x - target
        return float(np.vdot(away, away)), away

    held = held_at_peak(lambda: projected_lbfgs(bowl, start, steps=steps, memory=memory), 90_000)
    assert held < most


@pytest.mark.parametrize("half", [False, True])
def test_sums_of_parts_are_those_of_the_whole(monkeypatch, half):
    monkeypatch.setattr(pairs, "_PART", 7)
    rng = np.random.default_rng(0)
    one, other = (rng.normal(size=SHAPE).astype(np.float32) for _ in range(2))
    kept = keep(other, half=half)
    assert product(one, kept) == pytest.approx(float(np.vdot(one, full(kept))), rel=1e-5)
    total = one.copy()
    add(total, 0.5, kept)
    np.testing.assert_allclose(total, one + 0.5 * full(kept), rtol=1e-6)
