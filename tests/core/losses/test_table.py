from itertools import combinations
from typing import get_args

import pytest

from stylecore.losses.table import (
    TERMS,
    feature_terms,
    image_terms,
    parts_of,
    style_loss_of,
    terms_with,
    total,
)
from stylecore.settings import Settings, StyleLoss


def test_every_term_is_of_one_kind():
    found = [*feature_terms(TERMS), *image_terms(TERMS)]
    assert sorted(map(id, found)) == sorted(map(id, TERMS.values()))


def test_every_part_has_a_weight_in_the_settings():
    for part in parts_of(TERMS):
        assert getattr(Settings(), f"{part}_weight") >= 0


def test_parts_are_named_once_and_content_first():
    assert parts_of(TERMS) == ("content", "style", "tv")
    assert parts_of(["gram"]) == ("style",)


def test_no_two_terms_of_a_part_share_a_name():
    for one, other in combinations(feature_terms(TERMS), 2):
        assert one.target_name("relu1_1") != other.target_name("relu1_1")


def test_the_loss_is_the_sum_of_its_parts():
    assert total({"content": 1.0, "style": 2.5}) == pytest.approx(
        {"loss": 3.5, "content": 1.0, "style": 2.5}
    )


def test_every_style_loss_of_the_settings_is_a_term():
    for name in get_args(StyleLoss):
        assert {TERMS[one].part for one in name.split("+")} == {"style"}
        assert style_loss_of(terms_with(name)) == name
    assert style_loss_of(["content"]) == ""
