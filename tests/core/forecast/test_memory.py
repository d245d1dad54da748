"""The formula of memory: a line over pixels, and the size that finds room by it."""

from dataclasses import replace

import pytest

from stylecore.forecast.memory import Job, largest_size, peak_memory_of
from stylecore.settings import Settings


@pytest.fixture
def manifest(narrow_artefact):
    """That of VGG-19, as far as memory goes."""
    narrow = narrow_artefact["average"].manifest
    wide = {layer: min(512, 64 * 2 ** (int(layer[4]) - 1)) for layer in narrow.channels}
    return replace(narrow, channels=wide)


def job(height, width, **how):
    return Job(height, width, Settings(), **how)


def test_memory_is_a_line_over_the_pixels_that_the_network_sees(manifest):
    sides = (100, 200, 300)
    seen = [(side + 2 * manifest.margin) ** 2 for side in sides]
    small, middle, large = (peak_memory_of(job(side, side), manifest) for side in sides)
    slope = (middle - small) / (seen[1] - seen[0])
    assert slope > 0
    assert large == pytest.approx(middle + slope * (seen[2] - seen[1]))


def test_regions_take_more_and_a_narrow_network_less(manifest, narrow_artefact):
    one, three = (peak_memory_of(job(512, 512, regions=count), manifest) for count in (1, 3))
    assert three > one
    assert peak_memory_of(job(512, 512), narrow_artefact["average"].manifest) < one


def test_a_style_that_is_taken_larger_is_looked_at_larger(manifest):
    taken = [peak_memory_of(job(512, 512, scales=one), manifest) for one in ((1.0,), (0.5,))]
    assert taken[0] == taken[1], "the content's features are more than those of a small style"
    twice, both = (
        peak_memory_of(job(512, 512, scales=one), manifest) for one in ((2.0,), (1.0, 2.0))
    )
    assert twice == both > taken[0]


@pytest.mark.parametrize("size", [(3000, 4000), (4000, 1000)])
def test_the_largest_size_fits_and_the_next_does_not(manifest, size):
    wanted, room = job(*size), 2e9
    assert peak_memory_of(wanted, manifest) > room
    found = largest_size(wanted, manifest, room)
    assert peak_memory_of(wanted.at(found), manifest) <= room
    assert peak_memory_of(wanted.at(found + 1), manifest) > room


def test_what_finds_room_stays_as_it_is_and_what_never_does_has_no_size(manifest):
    wanted = job(300, 400)
    assert largest_size(wanted, manifest, 1e12) == 400
    assert largest_size(wanted, manifest, 1e6) is None


def test_another_size_has_the_same_shape():
    smaller = job(3000, 4000, regions=2).at(400)
    assert (smaller.height, smaller.width, smaller.regions) == (300, 400, 2)
