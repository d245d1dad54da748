import numpy as np

from stylecore.detail.example import example_detail
from stylecore.detail.library import Example

RNG = np.random.default_rng(0)
PICTURE = RNG.uniform(0, 255, (48, 64, 3)).astype(np.float32)
STYLE = RNG.uniform(0, 255, (40, 50, 3)).astype(np.float32)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


def test_two_regions_of_one_style_are_the_whole():
    whole, covered = example_detail(PICTURE, [(None, [Example(STYLE)])], 2.0)
    both = [(LEFT, [Example(STYLE)]), (1 - LEFT, [Example(STYLE)])]
    parts, everywhere = example_detail(PICTURE, both, 2.0)
    assert (covered == everywhere).all()
    inside = np.r_[0:28, 36:64]
    np.testing.assert_allclose(parts[:, inside], whole[:, inside], atol=25)
    assert np.abs(parts[:, inside] - whole[:, inside]).mean() < 0.1 * np.abs(whole).mean()


def test_where_no_region_is_nothing_is_found():
    found, covered = example_detail(PICTURE, [(LEFT, [Example(STYLE)])], 2.0)
    assert not found[:, 32:].any()
    assert (covered == LEFT).all()
    empty, nothing = example_detail(PICTURE, [(0 * LEFT, [Example(STYLE)])], 2.0)
    assert not empty.any()
    assert not nothing.any()


def test_an_even_style_has_no_detail_to_give():
    found, _ = example_detail(PICTURE, [(None, [Example(np.full_like(STYLE, 90))])], 2.0)
    assert np.abs(found).max() < 1e-3
