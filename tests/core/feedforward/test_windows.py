from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylecore.feedforward.windows import OVERLAP, in_windows, starts


@given(st.integers(1, 500), st.integers(8, 100))
def test_windows_cover_all_and_overlap(whole, side):
    found = starts(whole, side)
    assert found[0] == 0
    assert found[-1] == max(0, whole - side)
    for one, other in pairwise(found):
        assert 0 < other - one <= side - side // OVERLAP + 1


def test_windows_that_agree_leave_no_trace():
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, 70, 93)).astype(np.float32)
    seen = []
    found = in_windows(lambda part: 255 - part, image, (32, 40), lambda: seen.append(1))
    np.testing.assert_allclose(found, 255 - image, atol=1e-3)
    assert len(seen) == len(starts(70, 32)) * len(starts(93, 40))


def test_windows_that_differ_fade_into_one_another():
    image = np.zeros((1, 3, 32, 56), np.float32)
    levels = iter([0.0, 100.0])
    found = in_windows(lambda part: part + next(levels), image, (32, 32))[0, 0, 16]
    assert found[0] == 0
    assert found[-1] == 100
    assert np.diff(found).min() >= 0
    assert np.diff(found).max() < 20


@pytest.mark.parametrize("whole", [1, 16])
def test_what_fits_into_a_window_is_one(whole):
    assert starts(whole, 16) == [0]
