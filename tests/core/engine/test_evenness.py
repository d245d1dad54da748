import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.evenness import composedness, evenness
from stylecore.engine.sessions import Sessions

RNG = np.random.default_rng(0)
TEXTURE = RNG.uniform(0, 255, (128, 128, 3)).astype(np.float32)
SCENE = TEXTURE.copy()
SCENE[:64, :64] = (240, 20, 20)
SCENE[64:, 64:] = np.where(np.arange(64)[:, None, None] % 16 < 8, 255, 0)


@pytest.fixture(scope="module")
def network(narrow_artefact):
    artefact = narrow_artefact["average"]
    return Sessions(artefact).features(choose_engine("cpu")), artefact.manifest


def test_a_texture_is_more_even_than_a_scene(network):
    assert evenness(*network, TEXTURE) > 0.95
    assert evenness(*network, SCENE) < evenness(*network, TEXTURE) - 0.02


def test_the_composedness_is_a_share(network):
    for style in (TEXTURE, SCENE, TEXTURE[:30], np.zeros((40, 40, 3), np.float32)):
        assert 0 <= composedness(*network, style) <= 1
    assert composedness(*network, TEXTURE) == 0
