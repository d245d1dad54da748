"""A search that goes on from a mark takes the very steps that it would have taken."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from stylecore.optimizers.box import ignore
from stylecore.optimizers.lbfgs import lbfgs
from stylecore.optimizers.marks import Packed
from stylecore.optimizers.pairs import Memory
from stylecore.optimizers.projected_lbfgs import projected_lbfgs
from stylecore.optimizers.strategies import MARKS, STRATEGIES
from stylecore.settings import Settings

SHAPE = (1, 3, 4, 5)
STEPS = 18


def start(seed=0):
    return np.random.default_rng(seed).uniform(0, 255, SHAPE).astype(np.float32)


def valley(x):
    """Rosenbrock's function in pairs of pixels; its lowest point is at 100."""
    u = x.astype(np.float64).ravel() / 100
    a, b = u[::2], u[1::2]
    gradient = np.empty_like(u)
    gradient[::2] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1::2] = 200 * (b - a**2)
    loss = (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()
    return float(loss), (gradient / 100).reshape(x.shape).astype(np.float32)


def holes(x):
    """The same, without a number in places."""
    loss, gradient = valley(x)
    return (float("nan") if int(x.sum()) % 7 == 3 else loss), gradient


def bowl(x):
    """At its bottom, most searches have nothing left to do."""
    return float(((x - 90) ** 2).sum()), 2 * (x - 90)


class Points(list):
    """Every evaluation, in bytes; and what was marked after how many of them."""

    def __init__(self):
        self.marks = []

    def __call__(self, x, loss):
        self.append((x.tobytes(), repr(loss)))

    def mark(self, mark):
        self.marks.append((len(self), mark))


def through_a_file(name, mark, kinds=(np.float32,)):
    """The mark, as it comes back from what a file can hold."""
    numbers, arrays = mark.packed()
    copies = {key: np.frombuffer(one.tobytes(), one.dtype).reshape(one.shape)
              for key, one in arrays.items()}  # fmt: skip
    assert all(one.dtype in kinds and one.shape == SHAPE for one in arrays.values())
    return MARKS[name].unpacked(Packed(dict(numbers), copies))


@pytest.mark.parametrize("function", [valley, holes, bowl])
@pytest.mark.parametrize("name", STRATEGIES)
def test_from_a_mark_the_rest_of_the_run_is_the_same(name, function):
    whole = Points()
    wanted = STRATEGIES[name](Settings())(function, start(), STEPS, whole, on_mark=whole.mark)
    unmarked = Points()
    assert (STRATEGIES[name](Settings())(function, start(), STEPS, unmarked) == wanted).all()
    assert unmarked == whole
    assert len(whole.marks) >= len(whole) - 1
    for count, mark in (*whole.marks[::4], whole.marks[-1]):
        rest = Points()
        mark = through_a_file(name, mark)
        found = STRATEGIES[name](Settings())(
            function, start(7), STEPS, rest, take_mark=lambda mark=mark: mark
        )
        assert (found == wanted).all()
        assert whole[count:] == rest


def test_with_pairs_in_half_precision_it_is_too():
    name, half, whole = "projected-lbfgs", {"memory": Memory(4, half=True)}, Points()
    wanted = STRATEGIES[name](Settings())(valley, start(), STEPS, whole, on_mark=whole.mark, **half)
    for count, mark in whole.marks[2::4]:
        rest, mark = Points(), through_a_file(name, mark, (np.float32, np.float16))
        found = STRATEGIES[name](Settings())(
            valley, start(7), STEPS, rest, take_mark=lambda mark=mark: mark, **half
        )
        assert (found == wanted).all()
        assert whole[count:] == rest


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_mark_is_not_changed_by_what_comes_after(name):
    taken = []

    def keep(mark):
        taken.append((mark, {key: one.copy() for key, one in mark.packed().arrays.items()}))

    STRATEGIES[name](Settings())(valley, start(), STEPS, ignore, on_mark=keep)
    for mark, arrays in taken:
        for key, one in mark.packed().arrays.items():
            assert (one == arrays[key]).all()


def test_without_memory_there_are_no_pairs():
    marks = []
    projected_lbfgs(valley, start(), steps=9, memory=Memory(0), on_mark=marks.append)
    assert not any(mark.pairs for mark in marks)


def test_scipys_restarts_are_the_same_again(monkeypatch):
    def two_steps_only(function, z, *, options, **how):
        return minimize(function, z, options=options | {"maxiter": 2}, **how)

    monkeypatch.setattr("scipy.optimize.minimize", two_steps_only)
    test_from_a_mark_the_rest_of_the_run_is_the_same("lbfgs", valley)


def test_gradients_are_kept_only_for_marks():
    marks = []
    lbfgs(valley, start(), steps=12, on_mark=marks.append)
    assert [len(mark.told) for mark in marks] == [*range(1, 12), 0]


def test_where_scipy_goes_astray_it_starts_again_from_the_best_point():
    """What it is told of another point than it asks for would lead it anywhere."""
    marks, points = [], []
    lbfgs(valley, start(), steps=STEPS, on_mark=marks.append)
    told = list(marks[12].told)
    told[9] = told[9]._replace(at=told[9].at ^ 1)
    astray = replace(marks[12], told=tuple(told))
    found = lbfgs(valley, start(7), steps=STEPS, mark=astray,
                  on_evaluation=lambda x, loss: points.append((x, loss)))  # fmt: skip
    np.testing.assert_allclose(points[0][0], astray.best, rtol=1e-6)
    assert len(points) == astray.left
    assert valley(found)[0] <= astray.loss
