import copy
import json
import math
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from types import MappingProxyType

import pytest

from stylecore.errors import SettingsError, StylecoreError
from stylecore.settings import (
    LAYERS,
    Settings,
    apart,
    default_of,
    parse_layers,
    parse_memory,
    sees_things,
)

BAD_NUMBERS = (math.nan, math.inf, -math.inf, -0.5, "1", None)

# What is given, and what the message must say is wanted.
REFUSED = [
    *(
        (name, value, wanted)
        for name, low, high, wanted in [
            ("size", 31, 16385, "from 32 to 16384 pixels"),
            ("coarsest", 31, 16385, "from 32 to 16384 pixels"),
            ("steps", 0, 1_000_001, "from 1 to 1000000 steps"),
            ("threads", -1, 1025, "from 0 to 1024 threads"),
            ("seed", -1, 2**63, f"from 0 to {2**63 - 1}"),
            ("history_size", 0, 1001, "from 1 to 1000 pairs"),
        ]
        for value in (low, high, 64.0, math.nan, "64", True, None)
    ),
    *(
        (name, value, "a finite number that is 0 or more")
        for name in ("content_weight", "style_weight", "tv_weight", "epsilon")
        for value in BAD_NUMBERS
    ),
    *(
        ("learning_rate", value, "a number above 0, to 255")
        for value in (*BAD_NUMBERS, 0, 255.1)
    ),
    *(("averaging", value, "from 0 to below 1") for value in (*BAD_NUMBERS, 1)),
    *(("strength", value, "a number from 0 to 1") for value in (math.nan, -0.1, 1.1, "1")),
    *(
        ("betas", value, "two numbers from 0 to below 1")
        for value in ((), (0.9,), (0.9, 0.99, 0.5), (0.9, 1), (0.9, "1"), "0.9", 0.9, None)
    ),
    *(
        (name, value, wanted)
        for name, wanted in [
            ("optimizer", "projected-lbfgs, lbfgs, adam"),
            ("pooling", "max, average"),
            ("fit", "keep, crop"),
            ("engine", "auto, cpu, openvino, openvino-native, cuda"),
            ("loss_scale", "unit, none"),
        ]
        for value in ("sgd", "", None, 3)
    ),
    *(
        (name, value, "at least one layer")
        for name in ("content_layers", "style_layers")
        for value in ({}, None, "relu4_2", ["relu4_2"])
    ),
    *(
        (name, {"relu4_5": 1.0}, "relu4_4")
        for name in ("content_layers", "style_layers")
    ),
    *(
        ("style_layers", {"relu1_1": 1.0, "relu2_1": value}, "the weight of relu2_1")
        for value in BAD_NUMBERS
    ),
]  # fmt: skip


def shown(value):
    """The part of a value that a message must repeat."""
    if isinstance(value, dict):
        return "relu4_5" if "relu4_5" in value else repr(value.get("relu2_1", value))
    return repr(value)


def test_every_default_is_valid_by_itself():
    defaults = {field.name: default_of(field.name) for field in fields(Settings)}
    assert Settings(**defaults) == Settings()
    assert set(Settings().as_dict()) == set(defaults)


@pytest.mark.parametrize(("name", "value", "wanted"), REFUSED)
def test_a_value_outside_its_range_is_refused_in_one_line(name, value, wanted):
    with pytest.raises(SettingsError) as caught:
        Settings(**{name: value})
    message = str(caught.value)
    assert "\n" not in message
    assert shown(value) in message
    assert wanted in message
    assert name in message or "relu2_1" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 32),
        ("size", 16384),
        ("coarsest", 16384),
        ("steps", 1),
        ("threads", 1024),
        ("seed", 2**63 - 1),
        ("content_weight", 0),
        ("tv_weight", 1e6),
        ("style_layers", {"relu5_4": 0}),
        ("init", "noise"),
        ("history_size", 1000),
        ("learning_rate", 255),
        ("betas", (0.0, 0.999)),
        ("averaging", 0),
        ("strength", None),
        ("strength", 0),
        ("strength", 1),
    ],
)
def test_the_ends_of_a_range_are_inside(name, value):
    assert getattr(Settings(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        ({"content_weight": 0.1}, "content_weight 0.1; give one of them"),
        ({"style_weight": 0.0}, "style_weight 0; give it a weight"),
        ({"loss_scale": "none"}, "take loss_scale unit, or give content_weight"),
    ],
)
def test_a_strength_finds_the_content_weight_by_itself(others, wanted):
    with pytest.raises(SettingsError, match=r"^strength is 0\.5 and ") as caught:
        Settings(strength=0.5, **others)
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_of_strength_and_content_weight_the_one_that_is_changed_counts():
    strong, heavy = Settings(strength=0.5), Settings(content_weight=0.2)
    assert replace(heavy, **apart({"strength": 0.5})) == strong
    assert replace(strong, **apart({"content_weight": 0.2})) == heavy
    assert replace(strong, **apart({"size": 64})) == Settings(size=64, strength=0.5)
    with pytest.raises(SettingsError, match="give one of them"):
        replace(strong, **apart({"content_weight": 0.2, "strength": 0.5}))


def test_something_must_have_a_weight():
    with pytest.raises(SettingsError, match="all weights are zero: give"):
        Settings(content_weight=0, style_weight=0, tv_weight=0)
    Settings(content_weight=0, style_weight=0, tv_weight=1)


@pytest.mark.parametrize("value", ["", None, 3, b"start.png"])
def test_an_init_that_is_no_text_is_refused(value):
    with pytest.raises(SettingsError, match=r"init is .*; give content, noise or the path"):
        Settings(init=value)


def test_an_init_may_be_any_path():
    assert Settings(init=Path("a") / "start.png").init == str(Path("a") / "start.png")


def test_the_error_is_ours_and_a_value_error():
    assert issubclass(SettingsError, StylecoreError)
    assert issubclass(SettingsError, ValueError)


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Settings().size = 64


def test_as_plain_values_they_survive_json():
    settings = Settings(size=640, style_layers={"relu3_1": 0.5}, init="start.png")
    assert Settings(**json.loads(json.dumps(settings.as_dict()))) == settings


def test_any_mapping_of_layers_becomes_plain_values():
    settings = Settings(style_layers=MappingProxyType({"relu3_1": 0.5}))
    assert json.loads(json.dumps(settings.as_dict()))["style_layers"] == {"relu3_1": 0.5}


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("relu4_2", {"relu4_2": 1.0}),
        ("relu3_1,relu4_1:0.5", {"relu3_1": 1.0, "relu4_1": 0.5}),
        (" relu1_1:2 , relu5_4:1e-3,", {"relu1_1": 2.0, "relu5_4": 0.001}),
        (",".join(LAYERS), dict.fromkeys(LAYERS, 1.0)),
    ],
)
def test_layers_are_read_with_their_weights(text, layers):
    assert parse_layers(text) == layers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one layer"),
        (" , ", "at least one layer"),
        ("relu4_1:much", "'relu4_1:much': 'much' is no number; write relu4_1:0.5"),
        ("relu4_1:-1", "the weight of relu4_1 is -1.0; give a finite number"),
        ("relu4_1:nan", "the weight of relu4_1 is nan; give a finite number"),
        ("relu4_1:inf", "the weight of relu4_1 is inf; give a finite number"),
        ("relu9_1", "no layer 'relu9_1'; give some of relu1_1, relu1_2"),
        ("conv4_1", "no layer 'conv4_1'"),
        ("relu4_1\nrelu5_1", r"no layer 'relu4_1\\nrelu5_1'"),
    ],
)
def test_layers_that_cannot_be_read(text, words):
    with pytest.raises(SettingsError, match=words) as caught:
        parse_layers(text)
    assert "\n" not in str(caught.value)


def test_the_layers_are_the_sixteen_convolutions_of_vgg19():
    assert len(LAYERS) == 16
    assert (LAYERS[0], LAYERS[2], LAYERS[-1]) == ("relu1_1", "relu2_1", "relu5_4")


def test_settings_do_not_change_with_the_callers_mapping():
    layers = {"relu3_1": 1.0}
    settings = Settings(content_layers=layers)
    layers["relu4_1"] = 2.0
    assert dict(settings.content_layers) == {"relu3_1": 1.0}
    with pytest.raises(TypeError):
        settings.content_layers["relu4_1"] = 2.0


def test_settings_hash_by_what_they_say():
    one, other = (
        Settings(style_layers=layers)
        for layers in ({"relu1_1": 1, "relu2_1": 2.0}, {"relu2_1": 2, "relu1_1": 1.0})
    )
    assert one == other
    assert hash(one) == hash(other)
    assert len({Settings(), Settings(), Settings(size=64)}) == 2
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one


def test_deep_layers_see_things():
    seen = [sees_things(layer) for layer in ("relu1_1", "relu2_2", "relu3_1", "relu5_1")]
    assert seen == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4G", 4e9),
        ("800M", 8e8),
        ("1.5GiB", 1.5 * 2**30),
        ("2 gb", 2e9),
        ("1T", 1e12),
        ("500000000", 5e8),
        ("1mib", None),
        ("4", None),
        ("much", "give a size such as 4G"),
        ("-4G", "give a size such as 4G"),
        ("4iB", "give a size such as 4G"),
        ("nan", "give a size such as 4G"),
        ("9" * 20 + "T", "give a size such as 4G"),
    ],
)
def test_memory_is_read_in_bytes(text, size):
    if isinstance(size, float):
        assert parse_memory(text) == Settings(max_memory=text).memory_limit == size
        return
    with pytest.raises(SettingsError, match=size or "give at least 100M") as caught:
        Settings(max_memory=text)
    assert repr(text) in str(caught.value)


def test_memory_that_nobody_limits_has_no_limit():
    assert Settings().memory_limit == 0
    with pytest.raises(SettingsError, match="max_memory is 4; give a size as text"):
        Settings(max_memory=4)


def test_only_strengths_between_the_ends_need_a_weight_that_is_sought():
    sought = {one: Settings(strength=one).seeks_weight for one in (None, 0, 0.3, 1)}
    assert sought == {None: False, 0: False, 0.3: True, 1: False}
