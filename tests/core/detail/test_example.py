import numpy as np

from stylecore.detail.example import example_detail, searches_of, strips_of
from stylecore.detail.library import Example
from stylecore.pictures.tiles import Span

RNG = np.random.default_rng(0)
PICTURE = RNG.uniform(0, 255, (48, 64, 3)).astype(np.float32)
STYLE = RNG.uniform(0, 255, (40, 50, 3)).astype(np.float32)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


def found_by(examples, growth):
    """What is found in all strips of the picture."""
    searches = searches_of(examples, growth)
    strips = strips_of(*PICTURE.shape[:2])
    found = [example_detail(PICTURE, searches, strip) for strip in strips]
    return tuple(np.concatenate(one) for one in zip(*found, strict=True))


def test_two_regions_of_one_style_are_the_whole():
    whole, covered = found_by([(None, [Example(STYLE)])], 2.0)
    both = [(LEFT, [Example(STYLE)]), (1 - LEFT, [Example(STYLE)])]
    parts, everywhere = found_by(both, 2.0)
    assert (covered == everywhere).all()
    inside = np.r_[0:28, 36:64]
    np.testing.assert_allclose(parts[:, inside], whole[:, inside], atol=25)
    assert np.abs(parts[:, inside] - whole[:, inside]).mean() < 0.1 * np.abs(whole).mean()


def test_where_no_region_is_nothing_is_found():
    found, covered = found_by([(LEFT, [Example(STYLE)])], 2.0)
    assert not found[:, 32:].any()
    assert (covered == LEFT).all()
    empty, nothing = found_by([(0 * LEFT, [Example(STYLE)])], 2.0)
    assert not empty.any()
    assert not nothing.any()


def test_an_even_style_has_no_detail_to_give():
    found, _ = found_by([(None, [Example(np.full_like(STYLE, 90))])], 2.0)
    assert np.abs(found).max() < 1e-3


def test_a_strip_finds_what_the_whole_finds_there():
    whole, _ = found_by([(None, [Example(STYLE)])], 2.0)
    strip = Span(28, 40, 4, 48)
    found, _ = example_detail(PICTURE, searches_of([(None, [Example(STYLE)])], 2.0), strip)
    np.testing.assert_allclose(found, whole[28:40], atol=1e-2)


def test_strips_own_every_row_and_begin_where_patches_lie():
    strips = list(strips_of(8192, 8192))
    assert [one.start for one in strips[1:]] == [one.stop for one in strips[:-1]]
    assert (strips[0].start, strips[-1].stop) == (0, 8192)
    assert {one.first % 4 for one in strips} == {0}
    assert list(strips_of(1024, 1024)) == [Span(0, 1024, 0, 1024)]
