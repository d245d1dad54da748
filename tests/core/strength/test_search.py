"""The search finds the weight of any falling curve that a pair may have, in few pilots."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylecore.pyramid import Scale
from stylecore.strength.search import MOST, likely, of_a_run, search

STRENGTHS = st.floats(0.1, 0.9)


def logistic(halfway, slope):
    """A pair whose balance falls so: half at a weight of `halfway`."""
    return lambda weight: 1 / (1 + (weight / halfway) ** slope)


@given(STRENGTHS, st.floats(0.15, 2.4), st.floats(0.8, 2.2))
def test_it_finds_the_weight_of_a_logistic(strength, halfway, slope):
    balance_at = logistic(halfway, slope)
    weight, tried = search(strength, balance_at)
    assert balance_at(weight) == pytest.approx(strength, abs=0.16)
    assert 1 <= len(tried) <= MOST
    assert all(one.balance == balance_at(one.weight) for one in tried)


@given(STRENGTHS, st.floats(0.2, 1.8), st.integers(0, 99))
def test_it_finds_that_of_another_curve_too(strength, halfway, seed):
    """Not a logistic: arcus tangens, and two hundredths of noise."""

    def balance_at(weight):
        return 0.5 - math.atan(1.3 * math.log(weight / halfway)) / math.pi

    def noisy(weight):
        return balance_at(weight) + 0.02 * math.sin(1e4 * weight + seed)

    weight, _ = search(strength, noisy)
    assert balance_at(weight) == pytest.approx(strength, abs=0.17)


@given(st.floats(0.001, 0.999), st.floats(-1, 2))
def test_whatever_pilots_come_to_there_is_a_weight(strength, balance):
    weight, tried = search(strength, lambda _: balance)
    assert 1e-4 <= weight <= 1.0001e3
    assert len(tried) <= MOST


def test_more_strength_is_less_weight():
    weights = [likely(strength / 20, []) for strength in range(1, 20)]
    assert weights == sorted(weights, reverse=True)
    found = [search(strength / 20, logistic(0.4, 1.0))[0] for strength in range(1, 20)]
    assert found == sorted(found, reverse=True)


@given(STRENGTHS, st.floats(0.3, 1.2))
def test_it_is_nearer_where_slopes_are_the_usual_ones(strength, halfway):
    """Of a curve that is steeper below a half than above."""

    def balance_at(weight):
        apart = math.log(weight / halfway)
        return 1 / (1 + math.exp(apart * (1.4 if apart > 0 else 1.0)))

    weight, _ = search(strength, balance_at)
    assert balance_at(weight) == pytest.approx(strength, abs=0.01)


@pytest.mark.parametrize(
    ("wanted", "found", "pilots"),
    [(0.5, 0.51, 1), (0.5, 0.6, 1), (0.5, 0.7, 2), (0.5, 0.3, 2), (0.9, 0.93, 1), (0.9, 0.98, 2)],
)
def test_a_pilot_that_is_near_enough_ends_it(wanted, found, pilots):
    """By the weight that it asks for: near the ends a little balance is a large part of it."""
    assert len(search(wanted, lambda _: found)[1]) == pilots


def test_a_run_goes_farther_than_its_pilots_and_as_far_as_they_tell():
    balances = [number / 20 for number in range(1, 20)]
    for last in (last_of(64), last_of(200), last_of(256), last_of(512, shallow=True)):
        found = [of_a_run(one, last) for one in balances]
        assert found == sorted(found)
        assert all(0 < one < 1 for one in found)
        assert found[9] >= 0.5
    assert of_a_run(1 / (1 + math.exp(-1.5)), last_of(128)) == pytest.approx(
        1 / (1 + math.exp(-0.8 * 1.5 - 0.25))
    )
    assert 0 < of_a_run(-0.3, last_of(256)) < 0.02
    assert 0.98 < of_a_run(1.2, last_of(256)) < 1


def last_of(side, *, shallow=False):
    return Scale(side, side, 10, shallow)
