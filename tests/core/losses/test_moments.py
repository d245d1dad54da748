"""The loss of moments against its equation, from the features, in numpy, in float64."""

import numpy as np
import pytest

from stylecore.losses.moments import MOMENTS, moments_loss


def statistic_of(features):
    """[G | μ] of (C, N)."""
    return np.column_stack([features @ features.T / features.shape[1], features.mean(axis=1)])


def by_the_equation(found, wanted):
    """Gram, mean and standard deviation of features (C, N), each relative to what is wanted."""
    three = [
        (one @ one.T / one.shape[1], one.mean(axis=1), one.std(axis=1)) for one in (found, wanted)
    ]
    scale = (three[1][0] ** 2).sum()
    errors = [((a - b) ** 2).sum() / (b**2).sum() for a, b in zip(*three, strict=True)]
    return scale * sum(errors) / 3


def test_the_loss_is_that_of_the_equation(evaluate, values):
    clouds = [values(2, 3, 40, seed=seed) + 0.5 for seed in (0, 1)]
    found, target = (np.stack([statistic_of(one) for one in cloud]) for cloud in clouds)
    weight = np.array([0.5, 3.0])
    loss = evaluate(moments_loss, s=found, t=target, w=weight)
    pairs = zip(*clouds, weight, strict=True)
    wanted = sum(w * by_the_equation(one, other) for one, other, w in pairs)
    assert loss.shape == ()
    assert loss == pytest.approx(wanted, rel=1e-3)
    assert MOMENTS.measured(found, target, weight) == pytest.approx(loss, rel=1e-9)


def test_the_energy_is_that_of_the_gram(values):
    statistic = values(3, 4)
    assert MOMENTS.energy(statistic) == pytest.approx((statistic[:, :3] ** 2).sum())


def test_against_nothing_it_is_finite(evaluate):
    nothing, weight = np.zeros((1, 3, 4)), np.ones(1)
    assert evaluate(moments_loss, s=nothing, t=nothing, w=weight) == pytest.approx(0, abs=1e-9)
