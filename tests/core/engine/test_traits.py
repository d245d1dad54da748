import numpy as np
import pytest

from stylecore.engine.distinctness import distinctness
from stylecore.engine.engines import choose_engine
from stylecore.engine.evenness import composedness
from stylecore.engine.sessions import Sessions
from stylecore.engine.traits import Traits, traits_of
from stylecore.settings import Settings

RNG = np.random.default_rng(0)
CONTENT, STYLE = (RNG.uniform(0, 255, (64, 80, 3)).astype(np.float32) for _ in range(2))


@pytest.fixture(scope="module")
def network(narrow_artefact):
    artefact = narrow_artefact["average"]
    return Sessions(artefact).features(choose_engine("cpu")), artefact.manifest


def test_they_are_found_in_the_pictures(network):
    found = traits_of(*network, Settings(), CONTENT, [(STYLE, None)])
    assert found.composed == [composedness(*network, STYLE)]
    np.testing.assert_array_equal(found.distinct, distinctness(*network, CONTENT))


def test_under_the_composition_of_the_style_there_are_none(network):
    settings = Settings(composition="style")
    assert traits_of(*network, settings, CONTENT, [(STYLE, None)]) == Traits()


def test_a_content_that_does_not_count_is_not_looked_at(network):
    found = traits_of(*network, Settings(content_weight=0.0), CONTENT, [(STYLE, None)])
    assert found.distinct is None
