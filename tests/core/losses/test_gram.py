"""Grams and their loss against their equations, written out in numpy, in float64."""

import numpy as np
import pytest

from stylecore.losses.gram import GRAM, gram, style_loss


@pytest.fixture
def grams_of(evaluate):
    return lambda features, guide: evaluate(
        lambda t, f, g: gram(t, f, g, features.shape[1]), f=features, g=guide
    )


def test_the_plain_gram_is_that_of_the_paper(grams_of, values):
    features = values(1, 3, 4, 5)
    grams = grams_of(features, np.full((1, 4, 5), 1 / 20))
    wanted = np.zeros((3, 3))
    for i, j in np.ndindex(3, 3):
        wanted[i, j] = sum(
            features[0, i, y, x] * features[0, j, y, x] / 20 for y, x in np.ndindex(4, 5)
        )
    np.testing.assert_allclose(grams, wanted[None], rtol=1e-12)


def test_each_region_has_a_gram_of_its_own_features(grams_of, values):
    features = values(1, 3, 4, 5)
    channels = np.random.default_rng(1).uniform(0, 1, (2, 4, 5))
    squared = channels**2
    guides = squared / squared.sum(axis=(1, 2), keepdims=True)
    found = grams_of(features, guides)
    for guide, one in zip(guides, found, strict=True):
        # Gatys et al. 2017, eq. 4 and 5: every feature is multiplied by the guide's root.
        guided = (features[0] * np.sqrt(guide)).reshape(3, -1)
        np.testing.assert_allclose(one, guided @ guided.T, rtol=1e-12)


def test_a_region_sees_nothing_outside_itself(grams_of, values):
    features, guide = values(1, 2, 4, 6), np.zeros((1, 4, 6))
    guide[:, :, :3] = 1 / 12
    changed = features.copy()
    changed[:, :, :, 3:] = 100
    np.testing.assert_array_equal(grams_of(features, guide), grams_of(changed, guide))


def test_the_style_loss_weighs_regions(evaluate, values):
    grams, target, weight = values(2, 3, 3), values(2, 3, 3, seed=1), np.array([0.5, 3.0])
    found = evaluate(style_loss, g=grams, a=target, w=weight)
    wanted = sum(weight[k] * ((grams[k] - target[k]) ** 2).sum() for k in range(2))
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)
    assert GRAM.measured(grams, target, weight) == pytest.approx(wanted, rel=1e-5)
