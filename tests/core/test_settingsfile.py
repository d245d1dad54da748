import json
import tomllib
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylecore.errors import SettingsError
from stylecore.settings import LAYERS, Color, Optimizer, Settings, StyleLoss
from stylecore.settingsfile import (
    NAMES,
    as_toml,
    mapping_of,
    read_settings,
    settings_of,
    value_of,
)

WEIGHTS = st.floats(0, 1e6, allow_subnormal=True)
LAYER_WEIGHTS = st.dictionaries(st.sampled_from(LAYERS), WEIGHTS, min_size=1)
SETTINGS = st.builds(
    Settings,
    size=st.integers(32, 16384),
    steps=st.integers(1, 1_000_000),
    seed=st.integers(0, 2**63 - 1),
    content_weight=WEIGHTS,
    style_weight=st.floats(1e-9, 1e9),
    style_layers=LAYER_WEIGHTS,
    coarse_content=LAYER_WEIGHTS,
    optimizer=st.sampled_from(get_args(Optimizer)),
    style_loss=st.sampled_from(get_args(StyleLoss)),
    color=st.sampled_from(get_args(Color)),
    init=st.text(min_size=1),
    blend=st.lists(st.floats(0.001, 1e3), max_size=3).map(tuple),
    style_scale=st.lists(st.floats(0.1, 10), max_size=3).map(tuple),
    betas=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)),
)


def refused(mapping, *words):
    with pytest.raises(SettingsError) as caught:
        settings_of(mapping, "run.toml")
    message = str(caught.value)
    assert message.startswith("run.toml: ")
    assert "\n" not in message
    for word in words:
        assert word in message
    return True


@given(SETTINGS)
def test_there_and_back_through_json_nothing_changes(settings):
    mapping = json.loads(json.dumps(mapping_of(settings)))
    again = settings_of(mapping, "here")
    assert again == settings
    assert mapping_of(again) == mapping
    assert list(mapping) == [one.name for one in fields(Settings)]


def test_there_and_back_through_toml(tmp_path):
    settings = Settings(seed=2**63 - 1, tv_weight=0.1, blend=(1, 3), init="a=b.png")
    lines = []
    said = {name: one for name, one in mapping_of(settings).items() if one is not None}
    assert set(mapping_of(settings)) - set(said) == {"strength"}  # TOML has no word for nothing
    for name, value in said.items():
        text = json.dumps(value)
        if isinstance(value, dict):
            text = "{ " + ", ".join(f"{key} = {one}" for key, one in value.items()) + " }"
        lines.append(f"{name} = {text}\n")
    (tmp_path / "run.toml").write_text("".join(lines))
    assert tomllib.loads("".join(lines)) == said
    assert read_settings(tmp_path / "run.toml") == settings


@given(SETTINGS)
def test_written_as_toml_and_read_it_is_the_same(settings):
    assert settings_of(tomllib.loads(as_toml(settings)), "here") == settings


def test_only_what_is_no_default_is_written():
    assert as_toml(Settings()) == ""
    text = as_toml(Settings(tv_weight=0.1, style_scale=(2.0,), style_layers={"relu1_1": 1}))
    assert text == ("tv_weight = 0.1\nstyle_layers = { relu1_1 = 1.0 }\nstyle_scale = [2.0]\n")


def test_a_file_may_lie_over_others(tmp_path):
    (tmp_path / "run.toml").write_text("size = 64")
    found = read_settings(tmp_path / "run.toml", {"size": 128, "tv_weight": 0.5})
    assert found == Settings(size=64, tv_weight=0.5)


def test_a_strength_in_a_file_takes_the_place_of_a_weight_below_it(tmp_path):
    (tmp_path / "run.toml").write_text("strength = 0.5")
    assert read_settings(tmp_path / "run.toml", {"content_weight": 0.2}) == Settings(strength=0.5)
    (tmp_path / "run.toml").write_text("content_weight = 0.5")
    assert read_settings(tmp_path / "run.toml", {"strength": 0.2}) == Settings(content_weight=0.5)


def test_a_strength_is_a_number_or_nothing(tmp_path):
    (tmp_path / "run.toml").write_text("strength = 1")
    found = read_settings(tmp_path / "run.toml")
    assert found == Settings(strength=1.0)
    assert settings_of(mapping_of(found), "here") == found
    assert value_of("strength", "0.25", "here") == 0.25
    assert refused({"strength": "0.5"}, "strength is '0.5', which is text; give a number")
    assert refused({"size": None}, "size is None", "give a whole number")


def test_what_is_not_said_is_a_default():
    assert settings_of({}, "here") == Settings()
    assert settings_of({"size": 64}, "here") == Settings(size=64)
    assert tuple(one.name for one in fields(Settings)) == NAMES


def test_whole_numbers_serve_as_numbers():
    found = settings_of({"tv_weight": 1, "style_layers": {"relu1_1": 1}, "blend": [1]}, "here")
    assert found == Settings(tv_weight=1.0, style_layers={"relu1_1": 1.0}, blend=(1.0,))
    assert type(found.tv_weight) is float


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("content-weight", "content_weight"),
        ("colour", "color"),
        ("STEPS", ""),
        ("stlye_layers", "style_layers"),
        ("", ""),
        ("写真", ""),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name, nearest):
    assert refused({name: 1}, f"no setting {name!r}; the nearest is {nearest}")


@pytest.mark.parametrize(
    ("name", "value", "kind", "wanted"),
    [
        ("size", "512", "'512', which is text", "a whole number"),
        ("size", 512.0, "512.0, which is a number", "a whole number"),
        ("size", True, "True, which is true or false", "a whole number"),
        ("tv_weight", False, "False, which is true or false", "a number"),
        ("tv_weight", "much", "'much', which is text", "a number"),
        ("color", 3, "3, which is a whole number", "text"),
        ("init", ["content"], "['content'], which is an array", "text"),
        ("style_layers", "relu1_1", "'relu1_1', which is text", "a table of layers"),
        ("style_layers", {"relu1_1": "1"}, "{'relu1_1': '1'}, which is a table", "a table of"),
        ("blend", 2, "2, which is a whole number", "an array of numbers"),
        ("blend", [1, "2"], "[1, '2'], which is an array", "an array of numbers"),
        ("seed", None, "None, which is of type NoneType", "a whole number"),
    ],
)
def test_a_value_of_another_type_is_refused(name, value, kind, wanted):
    assert refused({name: value}, f"{name} is {kind}; give {wanted}")


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"size": 8}, "size is 8; give a whole number from 32"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd'; give one of projected-lbfgs"),
        ({"tv_weight": float("inf")}, "tv_weight is inf; give a finite number"),
        ({"tv_weight": 10**400}, "tv_weight is inf; give a finite number"),
        ({"style_layers": {}}, "give at least one layer"),
        ({"style_layers": {"relu9_9": 1}}, "no layer 'relu9_9'"),
        ({"content_weight": 0, "style_weight": 0}, "all weights are zero"),
    ],
)
def test_values_are_checked_by_the_settings(mapping, words):
    assert refused(mapping, words)


def test_long_values_are_cut():
    assert refused({"size": "x" * 1000}, "…, which is text")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"size = ", "is no TOML: Invalid value (at end of document)"),
        (b"size = 64\nsize = 65", "is no TOML: Cannot overwrite a value"),
        (b"size = 64 \xff", "is no TOML: 'utf-8' codec can't decode byte 0xff"),
        (b"a = " + b"[" * 100_000, "is no TOML: "),
    ],
)
def test_a_file_that_is_no_toml(tmp_path, data, words):
    path = tmp_path / "run.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path} {words}")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(SettingsError, match=r"there is no file .*none\.toml; give a TOML file"):
        read_settings(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match=r"cannot read .*; give a TOML file"):
        read_settings(tmp_path)


def test_a_mark_of_byte_order_is_no_harm(tmp_path):
    (tmp_path / "run.toml").write_bytes(b"\xef\xbb\xbfsize = 64\r\n")
    assert read_settings(tmp_path / "run.toml") == Settings(size=64)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("size", "64", 64),
        ("tv_weight", "0.5", 0.5),
        ("init", "noise", "noise"),
        ("blend", "1,2", (1.0, 2.0)),
        ("style_layers", "relu1_1:0.5,relu2_1", {"relu1_1": 0.5, "relu2_1": 1.0}),
    ],
)
def test_text_is_read_as_on_the_command_line(name, text, value):
    assert value_of(name, text, "here") == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("size", "many", "here: size is 'many'; give a whole number"),
        ("size", "64.0", "here: size is '64.0'; give a whole number"),
        ("tv_weight", "much", "here: tv_weight is 'much'; give a number"),
        ("blend", "1,x", "here: blend: '1,x' is no list of numbers"),
        ("style_layers", "relu9", "here: style_layers: layers: no layer 'relu9'"),
        ("sise", "64", "here: there is no setting 'sise'; the nearest is size"),
    ],
)
def test_text_of_another_type_is_refused(name, text, words):
    with pytest.raises(SettingsError) as caught:
        value_of(name, text, "here")
    assert str(caught.value).startswith(words)
