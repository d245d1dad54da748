"""A verdict looks at layers that no run optimises, and tells a picture from another."""

import json

import cv2
import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import SettingsError
from stylecore.measures.features import FeatureGraph
from stylecore.measures.held_out import held_out, settings_to_measure
from stylecore.measures.verdict import Verdict, judge
from stylecore.pictures.tensors import to_tensor
from stylecore.settings import LAYERS, Settings, block_of

RNG = np.random.default_rng(0)


def soft(seed):
    small = np.random.default_rng(seed).uniform(0, 255, (6, 8, 3)).astype(np.float32)
    return to_tensor(cv2.resize(small, (80, 60)))


CONTENT, STYLE = soft(0), to_tensor(np.kron(RNG.uniform(0, 255, (15, 20, 3)), np.ones((4, 4, 1))))


@pytest.fixture(scope="module")
def graph(measuring_artefact):
    return FeatureGraph(measuring_artefact, choose_engine("cpu"))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(composition="style"),
        Settings(style_layers=dict.fromkeys(("relu1_2", "relu2_2", "relu3_2"), 1.0)),
    ],
    ids=["default", "plain", "others"],
)
def test_none_of_the_layers_is_used(settings):
    found = held_out(settings)
    assert not {*settings.style_layers, *settings.all_content_layers} & set(found)
    assert [block_of(layer) for layer in found] == [1, 2, 3, 4]
    assert set(settings_to_measure(found).all_content_layers) == set(found)


def test_where_all_are_used_nothing_can_judge():
    first = {layer: 1.0 for layer in LAYERS if block_of(layer) == 1}
    with pytest.raises(SettingsError, match="all layers of block 1 are used, and none is left"):
        held_out(Settings(style_layers=first))


def test_features_are_those_of_the_layers(graph):
    found = graph(CONTENT)
    assert {layer: one.shape for layer, one in found.items()} == {
        "relu1_2": (8, 60, 80),
        "relu2_2": (12, 30, 40),
        "relu3_2": (16, 15, 20),
        "relu4_3": (16, 7, 10),
    }
    assert graph(CONTENT)["relu1_2"] is not None


def test_content_and_style_are_told_apart(graph):
    itself, painted = (judge(graph, CONTENT, STYLE, one) for one in (CONTENT, STYLE))
    assert itself.content == pytest.approx(0, abs=1e-6)
    assert painted.content > 0.02
    assert painted.style > itself.style + 2
    half = judge(graph, CONTENT, STYLE, (CONTENT + STYLE) / 2)
    assert itself.style < half.style < painted.style
    assert 0 < half.content < painted.content


def test_noise_is_that_beyond_the_styles(graph):
    rough = CONTENT + np.random.default_rng(1).normal(0, 12, CONTENT.shape).astype(np.float32)
    plain, noisy = (judge(graph, CONTENT, CONTENT, one) for one in (CONTENT, rough))
    assert plain.noise == 0
    assert noisy.noise == pytest.approx(12, rel=0.15)


def test_it_can_be_kept():
    verdict = Verdict(1.25, 0.125, 3.0)
    assert Verdict.of_dict(json.loads(json.dumps(verdict.as_dict()))) == verdict
    assert verdict.words == "style 1.25, content 0.125, noise 3.0"
    with pytest.raises(KeyError):
        Verdict.of_dict({"style": 1.0})
