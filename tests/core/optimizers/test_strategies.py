from dataclasses import replace
from typing import get_args

import cv2
import numpy as np
import pytest

from stylecore.optimizers.adam import adam
from stylecore.optimizers.box import ignore
from stylecore.optimizers.lbfgs import lbfgs
from stylecore.optimizers.pairs import Memory
from stylecore.optimizers.projected_lbfgs import projected_lbfgs
from stylecore.optimizers.strategies import PARAMETERS, STRATEGIES, looked_at_twice
from stylecore.pyramid import Scale
from stylecore.settings import Optimizer, Settings

SMALL, LARGE = Scale(6, 8, 9), Scale(12, 17, 7)


def toward(level):
    """A bowl around a picture that gets lighter to the right."""

    def function(x):
        wanted = np.linspace(level, level + 60, x.shape[3], dtype=np.float32)
        difference = x - wanted
        return float((difference**2).sum()), 2 * difference

    return function


def grey(scale):
    return np.full((1, 3, scale.height, scale.width), 20, np.float32)


def test_every_optimizer_of_the_settings_has_a_strategy():
    assert set(STRATEGIES) == set(PARAMETERS) == set(get_args(Optimizer))


OTHERWISE = Settings(
    learning_rate=0.7, betas=(0.5, 0.9), epsilon=0.3, averaging=0.5, history_size=2
)


def test_the_settings_reach_the_optimizers():
    how = {"steps": LARGE.steps}
    wanted = {
        "adam": adam(toward(90), grey(LARGE), learning_rate=0.7, betas=(0.5, 0.9), epsilon=0.3,
                     mean_decay=0.5, **how)[0],
        "lbfgs": lbfgs(toward(90), grey(LARGE), memory=2, **how),
        "projected-lbfgs": projected_lbfgs(toward(90), grey(LARGE), memory=Memory(2), **how),
    }  # fmt: skip
    for name, make in STRATEGIES.items():
        found = make(OTHERWISE)(toward(90), grey(LARGE), LARGE.steps, ignore)
        assert (found == wanted[name]).all(), name


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_it_is_said_to_look_at_changes_its_steps_and_nothing_else_does(name):
    def points(settings):
        found = []
        make = STRATEGIES[name](settings)
        result = make(valley, grey(SMALL), 20, lambda x, _: found.append(x))
        return [*found, result]

    usual = points(Settings())
    for parameter in (one for ones in PARAMETERS.values() for one in ones):
        changed = points(replace(Settings(), **{parameter: getattr(OTHERWISE, parameter)}))
        same = all(map(np.array_equal, usual, changed))
        assert same == (parameter not in PARAMETERS[name]), parameter


def valley(x):
    """Narrow, so that an L-BFGS is not done before its memory is full."""
    stiffness = np.geomspace(0.01, 100, x.size, dtype=np.float32).reshape(x.shape)
    return float((stiffness * (x - 90) ** 2).sum()), 2 * stiffness * (x - 90)


def observed(strategy, scale):
    points = []
    x = strategy(toward(90), grey(scale), scale.steps, lambda *point: points.append(point))
    return x, points


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_takes_the_scales_steps_and_goes_down(name):
    strategy = STRATEGIES[name](Settings())
    for scale in (SMALL, LARGE):
        x, points = observed(strategy, scale)
        # At the bottom there is nothing left to do.
        assert len(points) == scale.steps or points[-1][1] < 1e-3
        assert x.shape == points[0][0].shape
        assert toward(90)(x)[0] < points[0][1]


def enlarged(moment, scale):
    planes = (cv2.resize(plane, (scale.width, scale.height), interpolation=cv2.INTER_CUBIC)
              for plane in moment[0])  # fmt: skip
    grown = np.stack(list(planes))[None]
    return np.clip(grown, moment.min(), moment.max())


def test_adams_moments_grow_with_the_picture_and_its_mean_starts_anew():
    strategy = STRATEGIES["adam"](Settings())
    strategy(toward(90), grey(SMALL), SMALL.steps, ignore)
    found = strategy(toward(-60), grey(LARGE), LARGE.steps, ignore)

    _, state = adam(toward(90), grey(SMALL), steps=SMALL.steps)
    state.first, state.second = (enlarged(m, LARGE) for m in (state.first, state.second))
    state.mean, state.mean_steps = np.zeros_like(state.first), 0
    wanted, _ = adam(toward(-60), grey(LARGE), steps=LARGE.steps, state=state)
    np.testing.assert_allclose(found, wanted, atol=0.01)

    afresh, _ = adam(toward(-60), grey(LARGE), steps=LARGE.steps)
    assert np.abs(found - afresh).max() > 1


def times(function, exponent):
    def scaled(x):
        loss, gradient = function(x)
        return loss * 2.0**exponent, np.ldexp(gradient, exponent)

    return scaled


def test_adams_epsilon_is_in_units_of_the_objective():
    settings = Settings(epsilon=30.0)
    found = STRATEGIES["adam"](settings, 2.0**-5)(times(toward(90), 5), grey(SMALL), 9, ignore)
    wanted = STRATEGIES["adam"](settings)(toward(90), grey(SMALL), 9, ignore)
    without = STRATEGIES["adam"](Settings())(toward(90), grey(SMALL), 9, ignore)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert np.abs(wanted - without).max() > 1


@pytest.mark.parametrize("exponent", [-90, 90])
def test_adams_unit_goes_with_its_moments(exponent):
    found = []
    for unit in (0, exponent):
        strategy = STRATEGIES["adam"](Settings())
        strategy(times(toward(90), unit), grey(SMALL), SMALL.steps, ignore)
        found.append(strategy(times(toward(-60), unit), grey(LARGE), LARGE.steps, ignore))
    np.testing.assert_allclose(found[1], found[0], atol=0.01)


@pytest.mark.parametrize(("failures", "numbers"), [(0, True), (1, True), (2, False)])
def test_a_start_without_numbers_is_looked_at_once_more(failures, numbers):
    count = iter(range(10))

    def function(x):
        return (1.0 if next(count) >= failures else np.nan), x

    look = looked_at_twice(function)
    assert np.isfinite(look(grey(SMALL))[0]) == numbers
    assert next(count) == min(failures, 1) + 1


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("count", [1, 5])
def test_enough_ends_a_search_with_what_it_has(name, count):
    points = []
    found = STRATEGIES[name](Settings())(
        valley,
        grey(SMALL),
        50,
        lambda x, loss: points.append((loss, x)),
        enough=lambda: len(points) >= count,
    )
    assert len(points) == count
    by_number = STRATEGIES[name](Settings())(valley, grey(SMALL), count, ignore)
    assert (found == by_number).all()


def test_each_run_has_moments_of_its_own():
    first, second = STRATEGIES["adam"](Settings()), STRATEGIES["adam"](Settings())
    one = first(toward(90), grey(SMALL), SMALL.steps, ignore)
    other = second(toward(90), grey(SMALL), SMALL.steps, ignore)
    assert (one == other).all()
