import numpy as np
import pytest

from stylecore.detail.example import example_detail, searches_of
from stylecore.detail.library import Example
from stylecore.detail.mixture import detail, own_share_at
from stylecore.pictures.tiles import Span

RNG = np.random.default_rng(0)
PICTURE = RNG.uniform(0, 255, (48, 64, 3)).astype(np.float32)
OWN = RNG.normal(0, 20, (48, 64, 3)).astype(np.float32)
EXAMPLES = [(None, [Example(RNG.uniform(0, 255, (40, 50, 3)).astype(np.float32))])]
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


def mixed(*given):
    """The mixture of all strips."""
    return np.concatenate([found for _, found in detail(*given)])


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_it_is_the_mixture_of_its_equation(share):
    w = RNG.uniform(0, 1, (48, 64)).astype(np.float32)
    e, _ = example_detail(PICTURE, searches_of(EXAMPLES, 2.0), Span(0, 48, 0, 48))
    wanted = (1 - w[..., None]) * e + (share + (1 - share) * w[..., None]) * OWN
    found = mixed(PICTURE, OWN, w, EXAMPLES, 2.0, share)
    np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_on_contours_and_where_no_region_is_the_content_keeps_its_own():
    contours = np.ones((48, 64), np.float32)
    np.testing.assert_allclose(mixed(PICTURE, OWN, contours, EXAMPLES, 2.0, 0.2), OWN, atol=1e-4)
    left = [(LEFT, EXAMPLES[0][1])]
    found = mixed(PICTURE, OWN, 0 * contours, left, 2.0, 0.2)
    np.testing.assert_allclose(found[:, 32:], OWN[:, 32:], atol=1e-4)


def test_at_coarse_scales_the_content_keeps_more():
    assert own_share_at(64, 48) == 1
    assert own_share_at(512, 384) < 0.5
