"""Medians and spreads against NumPy, and what may be called a difference."""

import json
import math

import numpy as np
import pytest

from stylecore.compare.contenders import Contender
from stylecore.compare.run import Curve
from stylecore.compare.spread import Spread, ratio
from stylecore.compare.summary import standings, tables
from stylecore.compare.ways import first_at

NAMES = ["adam", "lbfgs"]


def runs_of(run_like, **losses):
    return [run_like(name, loss, f"pair {i}")
            for name, found in losses.items() for i, loss in enumerate(found)]  # fmt: skip


def verdicts(run_like, **losses):
    rows = standings(runs_of(run_like, **losses), list(losses), (0.5,))
    return {row.contender: row.verdict.words for row in rows}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 18])
def test_a_spread_is_that_of_numpy(count):
    values = np.random.default_rng(count).normal(size=count)
    found = Spread.of(values)
    wanted = np.percentile(values, (25, 50, 75))
    np.testing.assert_allclose([found.low, found.median, found.high], wanted)


def test_what_is_no_number_lies_beyond_all_others():
    assert Spread.of([1.0, math.inf, 2.0]) == Spread(1.5, 2.0, math.inf)
    assert Spread.of([math.inf, math.inf]) == Spread(math.inf, math.inf, math.inf)
    assert math.isnan(Spread.of([]).median)


def test_places_are_compared_each_by_itself(run_like):
    """Losses of pairs differ a thousandfold, and still one is always better by a tenth."""
    losses = [0.01, 1.0, 10.0]
    found = verdicts(run_like, adam=[1.1 * one for one in losses], lbfgs=losses)
    assert found == {"lbfgs": "best", "adam": "worse"}


def test_a_difference_inside_the_spread_is_none(run_like):
    found = verdicts(run_like, adam=[1.02, 0.97, 1.05, 0.99], lbfgs=[1.0, 1.0, 1.0, 1.0])
    assert sorted(found.values()) == ["best", "no difference"]


def test_the_same_losses_are_no_difference(run_like):
    found = verdicts(run_like, adam=[1.0, 2.0, 3.0], lbfgs=[1.0, 2.0, 3.0])
    assert found == {"adam": "best", "lbfgs": "no difference"}


def test_of_too_few_runs_nothing_is_said(run_like):
    assert verdicts(run_like, adam=[1.0, 1.0], lbfgs=[9.0, 9.0]) == {
        "adam": "best",
        "lbfgs": "too few runs",
    }


def test_a_picture_without_a_loss_is_worst(run_like):
    nothing = {"loss": None}
    runs = [
        *(run_like("adam", 1.0, f"pair {i}", delivered=nothing) for i in range(3)),
        *(run_like("lbfgs", 5.0, f"pair {i}") for i in range(3)),
    ]
    best, worst = standings(runs, NAMES, (0.5,))
    assert (best.contender, worst.contender, worst.verdict.words) == ("lbfgs", "adam", "worse")
    assert worst.as_dict()["delivered"]["median"] is None


def test_the_way_to_a_fraction_of_the_best(run_like):
    best, slow = run_like("adam", 1.0), run_like("lbfgs", 1.5)
    assert first_at(best, 2.0) == (3.0, 1.5)
    assert first_at(best, 0.5) is None
    rows = {row.contender: row for row in standings([best, slow], NAMES, (0.25, 0.5, 1.0))}
    # The best came to 1: its fractions are losses of 4, 2 and 1. Curves are 8, 4, 2 and 1 times.
    assert [one.evaluations for one in rows["adam"].reached] == [2, 3, 4]
    assert [one.evaluations for one in rows["lbfgs"].reached] == [3, 4, math.inf]
    assert [one.runs for one in rows["lbfgs"].reached] == [1, 1, 0]
    assert rows["lbfgs"].reached[0].seconds == 1.5


def test_coarser_scales_are_on_no_way(run_like):
    curve = Curve((0, 0, 1, 1), (1.0, 2.0, 3.0, 4.0), {"loss": (0.1, 0.1, 2.0, 1.0)})
    assert first_at(run_like("adam", 1.0, curve=curve), 1.0) == (4.0, 4.0)


def test_the_optimizers_own_seconds_are_told_apart(run_like):
    (row, _) = standings(runs_of(run_like, adam=[1.0], lbfgs=[2.0]), NAMES, (0.5,))
    assert row.own.median == pytest.approx(0.5 / 4)
    assert row.share.median == pytest.approx(0.25)
    assert row.wins == 1
    assert row.above is None


def test_budgets_and_scales_have_tables_of_their_own(run_like):
    place = run_like("adam", 1.0).place
    coarse = type(place)(place.pair, "coarse")
    runs = []
    for name, loss in (("adam", 1.0), ("lbfgs", 2.0)):
        runs += [
            run_like(name, loss),
            run_like(name, 3 - loss, budget=2.0),
            run_like(name, loss, place=coarse),
        ]
    found = tables(runs, [Contender("adam", "adam"), Contender("lbfgs", "lbfgs")], (0.9,))
    assert [(one.scales, one.clock) for one in found] == [
        ("single", False),
        ("single", True),
        ("coarse", False),
    ]
    assert [one.rows[0].contender for one in found] == ["adam", "lbfgs", "adam"]
    for one in found:
        json.dumps(one.as_dict(), allow_nan=False)


def test_ratios_of_nothing():
    assert ratio(0.0, 0.0) == 1
    assert ratio(1.0, 0.0) == math.inf
    assert ratio(math.inf, math.inf) == 1
