"""Weights of any size are brought to order one by a power of two, which costs no digit."""

import pytest

from stylecore.engine.unit import exponent_of, in_units
from stylecore.settings import Settings


@pytest.mark.parametrize(
    ("settings", "heaviest", "of_order_one"),
    [
        (Settings(), 1.0, 1.0),
        (Settings(content_weight=1e5, style_weight=1e10), 1.0, 1e10),
        (Settings(content_weight=1e300, style_weight=1e-300), 1.0, 1e300),
        (Settings(content_weight=1e-30, style_weight=1e-25), 1.0, 1e-25),
        (Settings(content_weight=0, style_weight=0, tv_weight=1e7), 1.0, 1e7),
        (Settings(style_weight=1e3), 1e6, 1e9),
        (Settings(loss_scale="none", style_layers={"relu1_1": 1e8}), 1.0, 1e8),
        (Settings(style_layers={"relu1_1": 1e8}), 1.0, 1.0),
    ],
)
def test_the_heaviest_weight_is_of_order_one(settings, heaviest, of_order_one):
    assert 0.1 < of_order_one / 2.0 ** exponent_of(settings, heaviest) < 4


@pytest.mark.parametrize("exponent", [-700, -3, 0, 40, 900])
def test_no_digit_is_lost(exponent):
    there = in_units(Settings(content_weight=0.3, style_weight=1.7, tv_weight=1e-3), exponent)
    back = in_units(there, -exponent)
    assert (back.content_weight, back.style_weight, back.tv_weight) == (0.3, 1.7, 1e-3)
    assert there.style_weight == 1.7 / 2.0**exponent
