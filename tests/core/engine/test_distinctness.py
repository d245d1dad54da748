import numpy as np
import pytest

from stylecore.engine.artefact import Manifest
from stylecore.engine.distinctness import distinctness
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.pictures.tensors import to_tensor

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def network(narrow_artefact):
    artefact = narrow_artefact["average"]
    return Sessions(artefact).features(choose_engine("cpu")), artefact.manifest


def thing_on_a_texture() -> np.ndarray:
    """A texture that repeats itself, with one place of colours of its own."""
    tile = RNG.uniform(60, 180, (16, 16, 3))
    picture = np.tile(tile, (12, 16, 1))
    picture[64:112, 96:144] = (255, 0, 60)
    return picture.astype(np.float32)


def test_a_thing_is_more_distinct_than_the_texture_around_it(network):
    found = distinctness(*network, thing_on_a_texture())
    y, x = np.unravel_index(found.argmax(), found.shape)
    assert 0.3 < y / found.shape[0] < 0.65
    assert 0.35 < x / found.shape[1] < 0.8
    assert found[:, : found.shape[1] // 4].mean() < 0.5 * found.max()


def test_it_is_what_the_definition_says(network):
    picture = RNG.uniform(0, 255, (40, 56, 3)).astype(np.float32)
    found = distinctness(*network, picture)
    np.testing.assert_allclose(found, by_definition(*network, picture), atol=2e-5)


def by_definition(features: Session, manifest: Manifest, picture: np.ndarray) -> np.ndarray:
    """Position by position, of a picture whose deepest layer is compared whole."""
    of_all = statistics(features, manifest, to_tensor(picture))
    layers = [of_all[f"content.{layer}.features"][0] for layer in manifest.content_layers]
    height, width = layers[-1].shape[1:]
    columns = np.concatenate([of_one_energy(one, height, width) for one in layers])
    columns = columns / np.linalg.norm(columns, axis=0)
    places = [(y, x) for y in range(height) for x in range(width)]
    found = np.zeros((height, width))
    for y, x in places:
        likeness = sorted(
            -1.0
            if max(abs(y - down), abs(x - right)) <= 0.06 * max(height, width)
            else float(columns[:, y, x] @ columns[:, down, right])
            for down, right in places
        )
        found[y, x] = 1 - np.mean(likeness[-8:])
    return found


def of_one_energy(features: np.ndarray, height: int, width: int) -> np.ndarray:
    """(C, h, w), averaged to a size that divides its own."""
    down, right = features.shape[1] // height, features.shape[2] // width
    blocks = features.reshape(len(features), height, down, width, right).mean((2, 4))
    centred = blocks - blocks.mean(axis=(1, 2), keepdims=True)
    return centred / np.sqrt((centred**2).sum(axis=0).mean())


@pytest.mark.parametrize("size", [(32, 32), (32, 200), (1, 1)])
def test_pictures_of_any_size_have_it(network, size):
    found = distinctness(*network, RNG.uniform(0, 255, (*size, 3)).astype(np.float32))
    assert found.min() >= -1e-5
    assert found.max() <= 2


def test_of_a_flat_picture_no_place_is(network):
    picture = np.full((96, 96, 3), 120, np.float32)
    found = distinctness(*network, picture)
    assert np.isfinite(found).all()
