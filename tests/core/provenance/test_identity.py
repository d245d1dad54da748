"""Two runs are the same, or it is said what differs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from stylecore import Region, Settings
from stylecore.provenance.given import input_of, region_inputs
from stylecore.provenance.identity import Identity, differences
from stylecore.provenance.inputs import Inputs

RNG = np.random.default_rng(0)
ONE, OTHER = (RNG.integers(0, 256, (30, 40, 3), np.uint8) for _ in range(2))
MASK = np.ones((30, 40), np.float32)
CONTENT = replace(input_of(ONE), name="photo.jpg")
STYLE = replace(input_of(OTHER), name="night.jpg")
INPUTS = Inputs(CONTENT, (STYLE,))
SETTINGS = Settings(blend=(1.0,), style_layers={"relu1_1": 0.5})


def identity(settings=SETTINGS, inputs=INPUTS, model="a"):
    return Identity.of(settings, inputs, model)


def through_json(one):
    return Identity.of_dict(json.loads(json.dumps(one.as_dict())))


def test_through_json_it_is_the_same():
    assert differences(through_json(identity()), identity()) == []


@pytest.mark.parametrize(
    "settings",
    [replace(SETTINGS, threads=7), replace(SETTINGS, engine="cpu")],
)
def test_where_it_computes_does_not_count(settings):
    assert differences(through_json(identity()), identity(settings)) == []


def test_a_setting_that_is_newer_than_a_checkpoint_was_as_by_default():
    older = json.loads(json.dumps(identity().as_dict()))
    del older["settings"]["history_size"]
    assert differences(Identity.of_dict(older), identity()) == []
    found = differences(Identity.of_dict(older), identity(replace(SETTINGS, history_size=3)))
    assert found == ["history_size was 10, is 3"]


def test_what_files_are_called_does_not_count():
    renamed = Inputs(replace(CONTENT, name="other.jpg"), (STYLE,))
    assert differences(identity(), identity(inputs=renamed)) == []
    paths = (Settings(init="a/start.png"), Settings(init="b.png"))
    assert differences(*map(identity, paths)) == []


CHANGED = Inputs(replace(STYLE, name="photo.jpg"), (CONTENT, CONTENT), keep=CONTENT)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (identity(replace(SETTINGS, steps=99)), ["steps was 55, is 99"]),
        (identity(replace(SETTINGS, blend=(2,))), ["blend was [1.0], is [2]"]),
        (identity(replace(SETTINGS, init="a.png")), ["init was content, is picture"]),
        (identity(model="b"), ["the network is another"]),
        (
            identity(inputs=Inputs(STYLE, (STYLE,))),
            ["the content was photo.jpg, is night.jpg"],
        ),
        (
            identity(inputs=CHANGED),
            [
                "the content was photo.jpg, is another photo.jpg",
                "the style was night.jpg, is photo.jpg",
                *("there was no style 2", "there was no keep"),
            ],
        ),
    ],
)
def test_what_differs_is_said(other, words):
    assert differences(through_json(identity()), through_json(other)) == words


def test_weights_of_regions_count():
    one, other = (
        identity(inputs=replace(INPUTS, regions=region_inputs([Region(MASK, None, weight)])))
        for weight in (1.0, 0.5)
    )
    assert "the weights of the regions" in differences(one, other)[0]
    assert differences(one, through_json(one)) == []
