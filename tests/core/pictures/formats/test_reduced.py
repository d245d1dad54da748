"""Area means of what comes in strips, against means taken of the whole."""

import numpy as np
import pytest

from stylecore.pictures.alpha import shrink
from stylecore.pictures.formats.reduced import reduced
from stylecore.pictures.formats.stored import UnreadableError

RNG = np.random.default_rng(0)


def strips(image, *heights):
    at = 0
    for height in heights:
        yield image[at : at + height]
        at += height


@pytest.mark.parametrize("heights", [(24,), (8, 8, 8), (1, 5, 7, 11), (3,) * 8], ids=str)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_however_it_comes_the_means_are_the_same(heights, kind):
    image = RNG.integers(0, np.iinfo(kind).max, (24, 32, 3), kind, endpoint=True)
    found = reduced(strips(image, *heights), 24, 32, 4, alpha=False)
    wanted = image.reshape(6, 4, 8, 4, 3).mean(axis=(1, 3))
    assert found.dtype == kind
    assert np.abs(found - wanted).max() <= 0.51


def test_a_colour_counts_as_it_shows():
    image = RNG.integers(0, 256, (16, 16, 4), np.uint8)
    image[:8, :, 3] = 0
    image[4:8, 4:8] = [200, 100, 50, 255]
    found = reduced(strips(image, 5, 11), 16, 16, 8, alpha=True)
    assert np.array_equal(found, shrink(image, 2, 2, alpha=True))
    assert np.abs(found[0, 0, :3].astype(int) - [200, 100, 50]).max() <= 1


def test_what_is_left_over_at_the_edges_is_a_smaller_area():
    image = RNG.integers(0, 256, (10, 7, 1), np.uint8)
    found = reduced(strips(image, 4, 6), 10, 7, 4, alpha=False)
    assert found.shape == (3, 2, 1)
    assert found[0, 0, 0] == pytest.approx(image[:4, :4].mean(), abs=0.51)


@pytest.mark.parametrize("height", [5, 9])
def test_another_number_of_rows_is_damage(height):
    image = np.zeros((7, 8, 3), np.uint8)
    with pytest.raises(UnreadableError):
        reduced(strips(image, 7), height, 8, 2, alpha=False)
