"""GrabCut cuts out what the box or the strokes mean, and nothing that they exclude."""

from __future__ import annotations

import numpy as np
import pytest

from stylecore.errors import ImageError, SettingsError
from stylecore.masks.strokes import Box, cut_out


@pytest.fixture(scope="module")
def disc():
    """A noisy red disc, with a blue one beside it, on noisy green; and where the red one is."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[:120, :160]
    red = np.hypot(rows - 60, columns - 50) < 30
    blue = np.hypot(rows - 60, columns - 120) < 22
    picture = np.where(red[..., None], (200, 60, 50), (60, 150, 70))
    picture = np.where(blue[..., None], (60, 70, 200), picture)
    noisy = picture + random.normal(0, 12, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), red


def overlap(found, wanted):
    return (found & wanted).sum() / (found | wanted).sum()


@pytest.mark.parametrize(
    "hints",
    [
        {"box": Box(12, 22, 76, 76)},
        {"foreground": [[(40, 50), (60, 70)]]},
        {"foreground": [[(50, 60)]], "background": [[(100, 10), (150, 20)], [(120, 60)]]},
        {"box": Box(5, 5, 140, 110), "foreground": [[(50, 60)]], "background": [[(120, 60)]]},
    ],
    ids=lambda hints: "+".join(hints),
)
def test_the_thing_is_cut_out(disc, hints):
    picture, red = disc
    parts = cut_out(picture, **hints)
    assert parts.shape == red.shape
    assert overlap(parts == 0, red) > 0.95


def test_strokes_rule(disc):
    picture, _ = disc
    patch = np.zeros((120, 160), bool)
    patch[10:30, 100:140] = True
    inside = cut_out(picture, foreground=[[(50, 60)], patch], background=[[(120, 60)]]) == 0
    assert inside[patch].all()
    outside = cut_out(picture, foreground=[[(50, 60)]], background=[patch])
    assert (outside[patch] == 1).all()


def test_nothing_outside_the_box_is_in(disc):
    picture, red = disc
    inside = cut_out(picture, Box(12, 22, 40, 76), foreground=[[(40, 40), (40, 80)]]) == 0
    assert not inside[:, 52:].any()
    assert overlap(inside[:, :52], red[:, :52]) > 0.9


def test_the_same_hints_give_the_same_cut(disc):
    picture, _ = disc
    first = cut_out(picture, Box(12, 22, 76, 76))
    assert np.array_equal(cut_out(picture, Box(12, 22, 76, 76)), first)


def test_a_large_picture_is_cut_at_its_own_size(disc):
    picture, red = (
        np.kron(one, np.ones((6, 6, 1), one.dtype)) for one in (disc[0], disc[1][..., None])
    )
    parts = cut_out(picture, Box(72, 132, 456, 456))
    assert parts.shape == (720, 960)
    assert overlap(parts == 0, red[..., 0]) > 0.95


@pytest.mark.parametrize(
    ("hints", "message"),
    [
        ({}, "nothing says what to cut out"),
        ({"background": [[(1, 1)]]}, "nothing says what to cut out"),
        ({"box": Box(200, 10, 30, 30)}, "holds nothing of the 160×120 picture"),
        ({"box": Box(10, 10, 0, 30)}, "holds nothing"),
        ({"box": Box(0, 0, 160, 120)}, "nothing is left around the thing"),
        ({"foreground": [[(160, 3)]]}, "160,3 is outside the 160×120"),
        ({"foreground": [[(3, 3), (-1, 3)]]}, "-1,3 is outside"),
        ({"foreground": [[(float("nan"), 3)]]}, "nan,3 is outside"),
        ({"foreground": [np.zeros((120, 160), bool)]}, "foreground strokes are empty"),
        ({"foreground": [np.ones((4, 5), bool)]}, "strokes are 5×4 pixels and the picture 160×120"),
    ],
)
def test_hints_that_mean_nothing_are_refused(disc, hints, message):
    with pytest.raises((SettingsError, ImageError), match=message):
        cut_out(disc[0], **hints)
