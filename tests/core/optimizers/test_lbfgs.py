import numpy as np
import pytest
from scipy.optimize import Bounds, minimize

from stylecore.optimizers.lbfgs import lbfgs

SHAPE = (1, 3, 250, 400)


def picture_like(seed=0):
    """A bowl in 300 000 pixels, of order one as a loss of pictures is; in places it ends outside.

    Returns:
        The function and its lowest point within the box.
    """
    rng = np.random.default_rng(seed)
    centre = rng.uniform(-50, 305, SHAPE).astype(np.float32)
    stiffness = rng.uniform(1, 4, SHAPE).astype(np.float32)
    unit = np.float32(1 / (centre.size * 127.5**2))

    def function(x):
        difference = x.reshape(SHAPE) - centre
        pull = unit * stiffness * difference
        loss = np.float32(np.vdot(pull, difference))
        return float(loss), (2 * pull).reshape(x.shape)

    return function, np.clip(centre, 0, 255)


def test_it_reaches_the_bounded_minimum_where_scipy_alone_stops_at_the_start():
    function, wanted = picture_like()
    grey = np.full(SHAPE, 127.5, np.float32)
    found = minimize(function, grey.ravel(), jac=True, method="L-BFGS-B", bounds=Bounds(0, 255))
    assert np.abs(found.x - 127.5).max() < 1  # of the 127 levels that it should go
    result = lbfgs(function, grey, steps=25)
    assert np.sqrt(np.mean((result - wanted) ** 2)) < 0.5
    assert function(result)[0] < 1.001 * function(wanted)[0]


class Points(list):
    """The evaluated points with their losses."""

    def __call__(self, x, loss):
        self.append((x, loss))


def valley(x):
    """Rosenbrock's function in pairs of pixels; its lowest point is at 100."""
    u = x.astype(np.float64).ravel() / 100
    a, b = u[::2], u[1::2]
    gradient = np.empty_like(u)
    gradient[::2] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1::2] = 200 * (b - a**2)
    loss = float((100 * (b - a**2) ** 2 + (1 - a) ** 2).sum())
    return loss, (gradient / 100).reshape(x.shape).astype(np.float32)


def test_the_best_point_is_returned_though_the_last_may_be_worse():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 255, (1, 3, 4, 4)).astype(np.float32)
    for steps in range(1, 30):
        points = Points()
        result = lbfgs(valley, x, steps=steps, on_evaluation=points)
        assert len(points) == steps
        assert valley(result)[0] == min(loss for _, loss in points)


def test_when_scipy_stops_early_it_starts_again_from_the_best_point(monkeypatch):
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 4, 4)).astype(np.float32)
    points, starts = Points(), []

    def two_steps_only(function, z, *, jac, method, bounds, options):
        starts.append(len(points))
        return minimize(function, z, jac=jac, method=method, bounds=bounds,
                        options=options | {"maxiter": 2})  # fmt: skip

    monkeypatch.setattr("scipy.optimize.minimize", two_steps_only)
    lbfgs(valley, x, steps=15, on_evaluation=points)
    assert len(points) == 15
    assert len(starts) > 2
    for start in starts[1:]:
        best, _ = min(points[:start], key=lambda point: point[1])
        np.testing.assert_allclose(points[start][0], best, rtol=1e-6)


def test_when_scipy_makes_no_step_at_all_the_run_ends(monkeypatch):
    calls = []

    def no_step(function, z, **_):
        calls.append(function(z))

    monkeypatch.setattr("scipy.optimize.minimize", no_step)
    x = np.full((1, 3, 4, 4), 50, np.float32)
    assert (lbfgs(valley, x, steps=15) == x).all()
    assert len(calls) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_is_never_returned(bad):
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 4, 4)).astype(np.float32)
    losses = []

    def function(x):
        loss, gradient = valley(x)
        losses.append(bad if len(losses) in (2, 3) else loss)
        return losses[-1], gradient

    result = lbfgs(function, x, steps=20)
    assert np.isfinite(losses).sum() == len(losses) - 2 > 2
    assert valley(result)[0] == min(loss for loss in losses if np.isfinite(loss))


def test_at_the_minimum_it_stays():
    x = np.full((1, 3, 4, 4), 100, np.float32)
    assert (lbfgs(valley, x, steps=5) == x).all()


def test_a_first_loss_that_is_no_number_ends_at_the_start():
    start, losses = np.full((1, 3, 4, 4), 90, np.float32), []

    def nothing(x):
        return float("nan"), np.full_like(x, np.nan)

    found = lbfgs(nothing, start, steps=9, on_evaluation=lambda x, loss: losses.append(loss))
    assert (found == start).all()
    assert len(losses) == 1


def test_a_later_one_is_stepped_back_from():
    def with_a_hole(x):
        """A bowl around 200, with nothing between 120 and 140."""
        if ((x > 120) & (x < 140)).any():
            return float("nan"), np.full_like(x, np.nan)
        return float(((x - 200) ** 2).sum()), 2 * (x - 200)

    start = np.full((1, 3, 4, 4), 90, np.float32)
    found = lbfgs(with_a_hole, start, steps=40)
    assert np.isfinite(found).all()
    assert with_a_hole(found)[0] < with_a_hole(start)[0]
