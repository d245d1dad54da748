"""The Wasserstein distance against its equation, with scipy's matrix roots, in float64."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from stylecore.losses.wasserstein import WASSERSTEIN, wasserstein_loss


def statistic_of(features):
    """[second moments | mean] of (C, N)."""
    return np.column_stack([features @ features.T / features.shape[1], features.mean(axis=1)])


def by_the_equation(found, wanted):
    """Squared distance of the Gaussians of features (C, N), with the ridge that both have."""
    means = [one.mean(axis=1) for one in (found, wanted)]
    own, other = (np.cov(one, bias=True) for one in (found, wanted))
    ridge = np.eye(len(other)) * np.trace(other) / len(other) / 9
    own, other = own + ridge, other + ridge
    root = sqrtm(other)
    shared = np.trace(sqrtm(root @ own @ root))
    return ((means[0] - means[1]) ** 2).sum() + np.trace(own) + np.trace(other) - 2 * shared


def target_of(features):
    return WASSERSTEIN.target_of(statistic_of(features)).astype(np.float64)


@pytest.mark.parametrize("count", [40, 3], ids=["whole", "of low rank"])
def test_the_loss_is_that_of_the_equation(evaluate, values, count):
    clouds = [values(2, 6, count, seed=seed) * (1 + seed) + 0.5 for seed in (0, 1)]
    found = np.stack([statistic_of(one) for one in clouds[0]])
    target = np.stack([target_of(one) for one in clouds[1]])
    weight = np.array([0.5, 3.0])
    loss = evaluate(wasserstein_loss, s=found, t=target, w=weight)
    pairs = zip(*clouds, weight, strict=True)
    wanted = sum(w * by_the_equation(one, other).real for one, other, w in pairs)
    assert loss.shape == ()
    assert loss == pytest.approx(wanted, rel=1e-5)
    assert WASSERSTEIN.measured(found, target, weight) == pytest.approx(wanted, rel=1e-5)


def test_the_distance_to_itself_is_nothing(evaluate, values):
    features = values(6, 40) + 0.5
    found, target = statistic_of(features)[None], target_of(features)[None]
    loss = evaluate(wasserstein_loss, s=found, t=target, w=np.ones(1))
    assert loss / WASSERSTEIN.energy(target) == pytest.approx(0, abs=1e-6)


def test_against_nothing_it_is_finite(evaluate):
    nothing, weight = np.zeros((1, 3, 4)), np.ones(1)
    assert evaluate(wasserstein_loss, s=nothing, t=nothing, w=weight) == pytest.approx(0, abs=1e-9)
    assert not WASSERSTEIN.target_of(nothing[0]).any()
