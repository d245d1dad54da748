"""E against other implementations of its parts."""

import math

import numpy as np
import pytest

from stylecore.measures.effectiveness import WEIGHTS, effectiveness, effectiveness_at
from stylecore.measures.gaussian import Gaussian, kullback_leibler

RNG = np.random.default_rng(0)
MIX = RNG.normal(size=(6, 6))
STYLE = (MIX @ RNG.normal(size=(6, 400)) + 3).reshape(6, 20, 20)
OTHER = (RNG.normal(size=(6, 300)) + 1).reshape(6, 15, 20)


def test_a_gaussian_is_that_of_numpy():
    found = Gaussian.of(STYLE)
    flat = STYLE.reshape(6, -1)
    np.testing.assert_allclose(found.mean, flat.mean(axis=1))
    np.testing.assert_allclose(found.covariance, np.cov(flat, bias=True))


def test_the_divergence_of_two_numbers_is_that_of_the_textbook():
    """ln σ₂/σ₁ + (σ₁² + (μ₁ − μ₂)²) / 2σ₂² − ½."""
    one, other = (Gaussian(np.array([m]), np.array([[s**2]])) for m, s in ((0.0, 1.0), (1.0, 2.0)))
    assert kullback_leibler(one, other) == pytest.approx(math.log(2) + (1 + 1) / 8 - 0.5)
    assert kullback_leibler(one, one) == pytest.approx(0, abs=1e-12)


def test_the_divergence_is_that_of_torch(torch):
    def in_torch(one):
        mean, covariance = torch.from_numpy(one.mean), torch.from_numpy(one.covariance)
        return torch.distributions.MultivariateNormal(mean, covariance)

    one, other = Gaussian.of(STYLE), Gaussian.of(OTHER)
    wanted = torch.distributions.kl_divergence(in_torch(one), in_torch(other))
    assert kullback_leibler(one, other) == pytest.approx(float(wanted), rel=1e-6)


def test_directions_are_the_principal_ones():
    found = Gaussian.of(STYLE)
    directions = found.leading(2)
    seen = found.along(directions)
    values = np.linalg.eigvalsh(found.covariance)
    np.testing.assert_allclose(seen.covariance, np.diag(values[-2:]), atol=1e-9)
    assert found.leading(100).shape == (6, 6)


def test_e_is_minus_the_logarithm_of_the_divergence_from_the_style():
    wanted, found = Gaussian.of(STYLE), Gaussian.of(OTHER)
    divergence = kullback_leibler(found.widened(wanted.ridge), wanted.widened(wanted.ridge))
    # All directions are taken here, and a rotation changes no divergence.
    assert effectiveness_at("relu1_2", STYLE, OTHER) == pytest.approx(-math.log(divergence))


def test_the_more_of_the_manner_the_greater_e():
    rest = (RNG.normal(size=(6, 400)) + 1).reshape(6, 20, 20)
    found = [
        effectiveness_at("relu2_2", STYLE, share * STYLE + (1 - share) * rest)
        for share in (0.0, 0.5, 0.9, 1.0)
    ]
    assert found == sorted(found)
    assert found[-1] > 10


def test_a_small_picture_is_seen_along_few_directions():
    """Those of 64 positions along 4: a style of another few has no more of a manner by chance."""
    small = STYLE[:, :8, :8]
    wanted, found = Gaussian.of(STYLE), Gaussian.of(small)
    along = wanted.leading(4)
    one, other = (one.along(along) for one in (found, wanted))
    ridge = other.ridge
    divergence = kullback_leibler(one.widened(ridge), other.widened(ridge))
    assert effectiveness_at("relu3_2", STYLE, small) == pytest.approx(-math.log(divergence))


def test_layers_count_as_people_weigh_them():
    layers = {"relu1_2": STYLE, "relu2_2": OTHER, "relu3_2": STYLE, "relu4_3": STYLE}
    picture = {"relu1_2": OTHER, "relu2_2": STYLE, "relu3_2": OTHER, "relu4_3": OTHER}
    one, two = effectiveness_at("relu1_2", STYLE, OTHER), effectiveness_at("relu2_2", OTHER, STYLE)
    three = effectiveness_at("relu3_2", STYLE, OTHER)
    wanted = 0.7468 * one + 0.2557 * two + 2.3768 * three
    assert effectiveness(layers, picture) == pytest.approx(wanted)
    assert set(WEIGHTS) == {1, 2, 3}


def test_what_is_flat_has_a_number():
    flat = np.zeros((6, 20, 20))
    for style, picture in ((flat, STYLE), (STYLE, flat), (flat, flat)):
        assert math.isfinite(effectiveness_at("relu1_2", style, picture))
