"""What is searched: rows of a table, checked, and made settings."""

import math
from dataclasses import replace

import pytest

from stylecore.errors import SettingsError
from stylecore.measures.held_out import held_out
from stylecore.settings import LAYERS, Settings, block_of
from stylecore.tune.knobs import (
    KNOBS,
    USUAL,
    Among,
    Between,
    changes_for,
    ranges_for,
    usual_for,
    values_of,
)
from stylecore.tune.search import Search

INPUTS, MACHINERY = {"content": "a", "style": "b"}, {"engine": "cpu"}


def values_within(knob):
    if isinstance(knob.range, Among):
        return knob.range.choices
    return (knob.range.low, math.sqrt(knob.range.low * knob.range.high), knob.range.high)


@pytest.mark.parametrize("name", KNOBS)
def test_every_value_of_every_row_makes_settings(name):
    """And settings of a row's value have that value, but for what is written into others."""
    for value in values_within(KNOBS[name]):
        changed = replace(Settings(), **changes_for(Settings(), {name: value}))
        if name not in ("style_layers", "tv_weight"):
            assert KNOBS[name].value(changed) == value
        assert held_out(changed) == held_out(Settings())


@pytest.mark.parametrize("settings", [Settings(), Settings(style_loss="moments", tv_weight=0.1)])
def test_what_the_settings_have_is_where_a_search_begins(settings):
    search = Search(settings, vary=tuple(name for name in KNOBS if name != "strength"))
    assert search.settings_with(search.start) == settings


def test_a_strength_is_searched_in_place_of_a_content_weight_where_there_is_one():
    settings = Settings(strength=0.6)
    names = usual_for(settings)
    assert set(names) == set(USUAL) - {"content_weight"} | {"strength"}
    search = Search(settings, vary=names)
    assert search.settings_with(search.start) == settings
    weighed = replace(settings, **changes_for(settings, {"content_weight": 0.2}))
    assert weighed == Settings(content_weight=0.2)
    heavy = Settings(content_weight=0.2)
    assert replace(heavy, **changes_for(heavy, {"strength": 0.6})) == settings
    assert usual_for(heavy) == USUAL


def test_ranges_have_room_for_what_the_settings_have():
    settings = Settings(content_weight=3.0, style_loss="moments", style_scale=(0.25, 1.0))
    found = ranges_for(("content_weight", "style_loss", "style_scale", "tv_weight"), settings)
    assert found["content_weight"] == Between(0.005, 3.0)
    assert found["style_loss"].choices[-1] == "moments"
    assert found["style_scale"] == Between(0.25, 2.0)
    assert found["tv_weight"] == KNOBS["tv_weight"].range
    assert values_of(("tv_weight",), settings) == {"tv_weight": 1e-6}
    assert values_of(("content_weight",), Settings(content_weight=0)) == {"content_weight": 0.005}


def test_deep_layers_are_set_against_shallow_ones():
    found = changes_for(Settings(), {"style_layers": 2.0})["style_layers"]
    assert found == {
        layer: 2.0 ** (block_of(layer) - 3) for layer in LAYERS if layer in Settings().style_layers
    }
    assert changes_for(Settings(), {"style_layers": 1.0})["style_layers"] == dict(
        Settings().style_layers
    )


def test_hardly_any_variation_is_none():
    assert changes_for(Settings(), {"tv_weight": 1e-6}) == {"tv_weight": 0.0}
    assert changes_for(Settings(), {"tv_weight": 1e-4}) == {"tv_weight": 1e-4}


def test_trials_are_small_and_choices_are_not():
    search = Search(Settings(size=1024, coarsest=512, depth=16), size=192)
    assert search.small == Settings(size=192, coarsest=192)
    assert Search(Settings(size=128)).small.size == 128
    chosen = search.settings_with({"content_weight": 0.1})
    assert chosen == Settings(size=1024, coarsest=512, depth=16, content_weight=0.1)
    assert search.small_with({"content_weight": 0.1}).content_weight == 0.1


def test_what_is_usual_is_searched_where_nobody_says():
    assert Search(Settings()).varied == USUAL
    strong = Search(Settings(strength=0.5))
    assert strong.varied == usual_for(strong.settings)
    assert strong.start["strength"] == 0.5


def test_two_searches_are_one_where_their_trials_are():
    search = Search(Settings())
    key = search.key(INPUTS, MACHINERY)
    for same in (Search(Settings(), trials=9, seconds=3), Search(Settings(size=2048))):
        assert same.key(INPUTS, MACHINERY) == key
    for other in (
        Search(Settings(), size=128),
        Search(Settings(seed=1)),
        Search(Settings(content_weight=0.1)),
        Search(Settings(), vary=("detail",)),
    ):
        assert other.key(INPUTS, MACHINERY) != key
    assert search.key({**INPUTS, "style": "c"}, MACHINERY) != key
    assert search.key(INPUTS, {"engine": "cuda"}) != key


def test_a_picture_to_start_from_is_known_by_its_bytes():
    inputs = {**INPUTS, "start": "c"}
    keys = {Search(Settings(init=name)).key(inputs, MACHINERY) for name in ("a.png", "b.png")}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vary": ()}, "there is nothing to vary; give some of content_weight, "),
        ({"vary": ("colour",)}, "'colour' is nothing that is varied; give some of content_weight"),
        ({"vary": ("detail", "detail")}, "detail, detail: one is there twice; give each once"),
        (
            {"vary": ("strength", "content_weight")},
            "content_weight and strength are both varied; give one",
        ),
        ({"size": 9}, "trials are 9 pixels large; give from 32 to 16384"),
        ({"trials": 0}, "there are 0 trials; give a number from 1 to 100000"),
        ({"seconds": -1.0}, "seconds are -1.0; give a finite number"),
        ({"seconds": math.inf}, "seconds are inf; give a finite number"),
        (
            {"settings": Settings(style_layers=dict.fromkeys(("relu1_1", "relu1_2"), 1.0))},
            "all layers of block 1 are used",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused(changes, message):
    with pytest.raises(SettingsError, match=message):
        Search(**{"settings": Settings(), **changes})


def test_colours_are_varied_where_somebody_asks():
    assert "color" not in USUAL
    assert {"content_weight", "style_layers", "style_scale", "detail", "style_loss"} < set(USUAL)
