import numpy as np
import pytest
from scipy.optimize import Bounds, minimize

from stylecore.optimizers.projected_lbfgs import projected_lbfgs

SHAPE = (1, 3, 4, 5)


class Losses(list):
    """Of every evaluation."""

    def __call__(self, x, loss):
        self.append(loss)


def quadratic(seed, condition=100.0):
    """½ xᵀA x − bᵀx with a dense A; its free minimum lies outside the box in many variables."""
    rng = np.random.default_rng(seed)
    size = int(np.prod(SHAPE))
    basis = np.linalg.qr(rng.normal(size=(size, size)))[0]
    matrix = basis * np.geomspace(1, condition, size) @ basis.T
    b = matrix @ rng.uniform(-200, 455, size)

    def exact(x):
        flat = x.astype(np.float64).ravel()
        return 0.5 * flat @ matrix @ flat - b @ flat, matrix @ flat - b

    def function(x):
        loss, gradient = exact(x)
        return float(loss), gradient.reshape(x.shape).astype(np.float32)

    return function, exact


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_the_constrained_minimum_that_scipy_finds(seed):
    function, exact = quadratic(seed)
    options = {"ftol": 0, "gtol": 1e-9, "maxiter": 5000, "maxfun": 50000}
    wanted = minimize(exact, np.full(60, 127.5), jac=True, method="L-BFGS-B",
                      bounds=Bounds(0, 255), options=options).x  # fmt: skip
    assert 10 < np.count_nonzero((wanted == 0) | (wanted == 255)) < 50
    result = projected_lbfgs(function, np.full(SHAPE, 127.5, np.float32), steps=400).ravel()
    assert np.abs(result - wanted).max() < 0.1
    held = (wanted == 0) | (wanted == 255)
    assert (result[held] == wanted[held]).all()


def test_one_evaluation_a_step_almost_always():
    function, _ = quadratic(0)
    losses = Losses()
    start = np.full(SHAPE, 127.5, np.float32)
    projected_lbfgs(function, start, steps=60, on_evaluation=losses)
    lower = np.diff(losses) < 0
    assert lower.mean() > 0.8


def valley(x):
    """Rosenbrock's function in pairs of pixels; its lowest point is at 100."""
    u = x.astype(np.float64).ravel() / 100
    a, b = u[::2], u[1::2]
    gradient = np.empty_like(u)
    gradient[::2] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1::2] = 200 * (b - a**2)
    loss = float((100 * (b - a**2) ** 2 + (1 - a) ** 2).sum())
    return loss, (gradient / 100).reshape(x.shape).astype(np.float32)


def test_more_steps_are_never_worse():
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    losses = [valley(projected_lbfgs(valley, x, steps=steps))[0] for steps in range(1, 120)]
    assert np.diff(losses).max() <= 0
    assert losses[-1] < 1e-3 * losses[0]


def test_the_best_point_that_was_evaluated_is_returned():
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    for steps in range(1, 40):
        losses = Losses()
        result = projected_lbfgs(valley, x, steps=steps, on_evaluation=losses)
        assert valley(result)[0] == min(losses)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_stepped_back_from(bad):
    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    seen = []

    def function(x):
        loss, gradient = valley(x)
        seen.append(len(seen) in (1, 2, 5))
        return (bad, np.full_like(gradient, bad)) if seen[-1] else (loss, gradient)

    result = projected_lbfgs(function, x, steps=60)
    assert sum(seen) == 3
    assert valley(result)[0] < 0.01 * valley(x)[0]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_start_that_is_not_finite_ends_the_run_where_it_is():
    def function(x):
        return np.nan, np.full_like(x, np.nan)

    x = np.full(SHAPE, 100, np.float32)
    assert (projected_lbfgs(function, x, steps=5) == x).all()


def test_at_the_minimum_it_stays():
    x = np.full((1, 3, 4, 4), 100, np.float32)
    assert (projected_lbfgs(valley, x, steps=5) == x).all()


@pytest.mark.parametrize("exponent", [-120, -90, 0, 90, 115])
def test_the_unit_of_the_loss_does_not_count(exponent):
    """Squares of these gradients are no numbers in float32, or nothing."""
    unit = np.float32(2.0**exponent)

    def function(x):
        loss, gradient = valley(x)
        return loss * float(unit), gradient * unit

    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    assert valley(projected_lbfgs(function, x, steps=40))[0] < 0.01 * valley(x)[0]


def test_a_gradient_that_is_no_number_is_stepped_back_from():
    seen = []

    def function(x):
        loss, gradient = valley(x)
        seen.append(x)
        return (-1.0, np.full_like(gradient, np.inf)) if len(seen) == 3 else (loss, gradient)

    x = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    result = projected_lbfgs(function, x, steps=60)
    assert (result != seen[2]).any()
    assert valley(result)[0] < 0.01 * valley(x)[0]


def test_in_a_corner_that_pushes_outwards_it_stays():
    def function(x):
        return float(-x.sum()), -np.ones_like(x)

    x = np.full(SHAPE, 255, np.float32)
    assert (projected_lbfgs(function, x, steps=5) == x).all()
