from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.pictures.images import scaled_size
from stylecore.pyramid import CORRECTING, SHORTEST, Scale, plan
from stylecore.settings import Settings


def sizes():
    """Heights and widths that the network takes, up to 1:40."""
    sides = st.integers(SHORTEST, 2000)
    return st.tuples(sides, sides)


@given(sizes(), st.integers(1, 1000), st.integers(32, 600))
@settings(max_examples=300, deadline=None)
def test_every_plan(size, steps, coarsest):
    height, width = size
    scales = plan(height, width, Settings(steps=steps, coarsest=coarsest))
    assert (scales[-1].height, scales[-1].width) == size
    assert sum(scale.steps for scale in scales) == steps
    assert all(scale.steps >= 1 for scale in scales)
    for scale, larger in pairwise(scales):
        assert scale.pixels < larger.pixels
        assert scale.height <= larger.height
        assert scale.width <= larger.width
    for scale in scales:
        assert min(scale.height, scale.width) >= SHORTEST
        # The same shape, to the nearest pixel; the shortest side holds against that.
        exact = scale.width * height / width
        tolerance = 1 + height / width
        assert abs(scale.height - exact) <= tolerance or scale.height == SHORTEST
        if len(scales) > 1:
            longest = max(scale.height, scale.width)
            assert longest >= min(coarsest, max(size))


@pytest.mark.parametrize("size", [48, 256, 700])
def test_a_strength_takes_steps_more_at_the_last_scale_to_correct_its_weight(size):
    without = plan(size, size, Settings())
    *scales, last = plan(size, size, Settings(strength=0.5))
    assert tuple(scales) == without
    assert last == replace(without[-1], steps=CORRECTING, corrects=True)
    for end in (0.0, 1.0):  # these have no pilots that could be wrong
        assert plan(size, size, Settings(strength=end)) == without


@pytest.mark.parametrize(("height", "width"), [(384, 512), (512, 384), (512, 512), (101, 997)])
def test_turning_the_picture_turns_the_plan(height, width):
    one, other = (plan(*size, Settings()) for size in ((height, width), (width, height)))
    assert [(s.height, s.width, s.steps) for s in one] == [
        (s.width, s.height, s.steps) for s in other
    ]


@pytest.mark.parametrize(
    ("size", "changes", "shallow"),
    [
        (512, {}, [False, False, False, True]),
        (1000, {}, [False, False, False, True, True]),
        (300, {}, [False] * 3),
        (512, {"coarsest": 512}, [False]),
        (1024, {"coarsest": 512}, [False, True]),
        (512, {"composition": "style"}, [False] * 4),
        (512, {"style_layers": {"relu4_1": 1.0}}, [False] * 4),
    ],
)
def test_fine_scales_settle_strokes_once_forms_are_found(size, changes, shallow):
    found = plan(size // 2, size, Settings(**changes))
    assert [scale.shallow for scale in found] == shallow


def test_a_step_of_shallow_layers_costs_less():
    whole, part = (Scale(300, 500, 1, shallow=one) for one in (False, True))
    assert whole.work == whole.pixels
    assert 0 < part.work < whole.work


@pytest.mark.parametrize("coarsest", [200, 201, 4096])
def test_one_scale_where_the_coarsest_is_not_below_the_size(coarsest):
    assert plan(150, 200, Settings(steps=7, coarsest=coarsest)) == (Scale(150, 200, 7),)


def test_the_coarsest_scale_is_the_one_that_was_asked_for():
    first = plan(600, 800, Settings(coarsest=100, steps=500))[0]
    assert (first.height, first.width) == (75, 100)


def test_a_narrow_picture_starts_where_its_short_side_is_long_enough():
    height, width = scaled_size(100, 2000, 1024)
    scales = plan(height, width, Settings(size=1024, coarsest=64, steps=300))
    assert min(scales[0].height, scales[0].width) >= SHORTEST
    assert scales[0].width > 64


def test_coarse_steps_are_cheap_so_there_are_more_of_them():
    scales = plan(768, 1024, Settings(coarsest=64, steps=1000))
    assert len(scales) >= 3
    steps = [scale.steps for scale in scales]
    assert steps == sorted(steps, reverse=True)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_few_steps_go_somewhere_and_the_last_is_at_the_final_size(steps):
    scales = plan(768, 1024, Settings(coarsest=64, steps=steps))
    assert sum(scale.steps for scale in scales) == steps
    assert scales[-1].width == 1024
    assert len(scales) <= steps


def test_pixels_are_counted():
    assert Scale(3, 5, 1).pixels == 15
