import numpy as np
import pytest

from stylecore.control.canvas import Canvas
from stylecore.optimizers.adam import adam
from stylecore.optimizers.lbfgs import lbfgs
from stylecore.optimizers.projected_lbfgs import projected_lbfgs

RNG = np.random.default_rng(0)
CONTENT = RNG.uniform(0, 255, (1, 3, 6, 7)).astype(np.float32)
GOAL = RNG.uniform(0, 255, (1, 3, 6, 7)).astype(np.float32)
KEEP = np.zeros((1, 1, 6, 7), np.float32)
KEEP[..., :3] = 1
SOFT = RNG.uniform(0, 1, (1, 1, 6, 7)).astype(np.float32)


def distance(x):
    return float(np.sum((x - GOAL) ** 2)), 2 * (x - GOAL)


def of_what_is_painted(canvas):
    """The distance as a function of the canvas's variables."""

    def function(z):
        loss, gradient = distance(canvas.picture(z))
        return loss, canvas.pulled_back(gradient)

    return function


def test_without_a_mask_nothing_is_in_between():
    canvas = Canvas(CONTENT)
    assert canvas.plain
    assert canvas.picture(GOAL) is GOAL
    assert canvas.pulled_back(GOAL) is GOAL


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("keep", [None, SOFT], ids=["free", "kept"])
def test_the_gradient_is_that_of_the_variables(keep, grey):
    function = of_what_is_painted(Canvas(CONTENT, keep, grey))
    z = RNG.uniform(0, 255, CONTENT.shape).astype(np.float32)
    direction = RNG.normal(size=z.shape).astype(np.float32)
    ahead, behind = function(z + direction)[0], function(z - direction)[0]
    slope = float(np.vdot(function(z)[1], direction))
    assert np.isclose((ahead - behind) / 2, slope, rtol=1e-3)


def minimise_by_adam(*arguments, **options):
    return adam(*arguments, **options)[0]


@pytest.mark.parametrize("minimise", [projected_lbfgs, lbfgs, minimise_by_adam])
def test_what_is_kept_never_moves_and_the_rest_does(minimise):
    canvas, seen = Canvas(CONTENT, KEEP), []

    def watch(z, loss):
        seen.append(canvas.picture(z))

    z = minimise(of_what_is_painted(canvas), CONTENT, steps=40, on_evaluation=watch)
    for x in [*seen, canvas.picture(z)]:
        assert np.array_equal(x[..., :3], CONTENT[..., :3])
    before, after = (np.abs(x - GOAL)[..., 3:].mean() for x in (CONTENT, canvas.picture(z)))
    assert after < before / 2


def test_grey_stays_grey():
    x = Canvas(CONTENT, grey=True).picture(GOAL)
    assert np.allclose(x, GOAL.mean(axis=1, keepdims=True))
