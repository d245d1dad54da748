import math
from itertools import pairwise

import pytest

from stylecore.models.networks.layers import count, layers_of, parameters_of
from stylecore.models.networks.sizes import SHAPES


@pytest.mark.parametrize(
    ("network", "about"), [("tiny", 60_000), ("small", 350_000), ("full", 1_700_000)]
)
def test_networks_are_as_large_as_they_are_said_to_be(network, about):
    assert count(SHAPES[network]) == pytest.approx(about, rel=0.1)


@pytest.mark.parametrize("network", SHAPES)
def test_what_a_layer_gives_the_next_takes(network):
    layers = list(layers_of(SHAPES[network]))
    for before, after in pairwise(layers):
        assert before.outputs == after.inputs
    assert layers[-1].outputs == 3
    assert math.prod([2 for layer in layers if layer.enlarged]) == 4
    assert len({layer.name for layer in layers}) == len(layers)


def test_parameters_are_named_after_their_layers():
    names = list(parameters_of(SHAPES["tiny"]))
    assert names[:3] == ["stem.kernel", "stem.gain", "stem.shift"]
    assert names[-2:] == ["out.kernel", "out.bias"]
    assert "block1.second.gain" in names
