"""From afar neighbours are chosen by small pictures, and taken from near ones."""

import numpy as np
import pytest

from stylecore.control.guidance import layer_size
from stylecore.engine.afar import Distant, seen_from_afar
from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.hypercolumns import Grid, hypercolumns
from stylecore.engine.neighbours import Whole
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.forecast.sample import sample_picture
from stylecore.models.making.build import build_artefact
from stylecore.pictures.tensors import to_tensor

LAYERS = ("relu3_1", "relu4_1", "relu5_1")


def waves(height, width):
    """A picture (1, 3, H, W) that is no noise."""
    return to_tensor(sample_picture(max(height, width))[:height, :width])


@pytest.fixture
def artefact(narrow_artefact):
    return narrow_artefact["average"]


@pytest.fixture
def graph(artefact):
    return Sessions(artefact).features(choose_engine("cpu"))


def features_of(graph, artefact, image):
    found = statistics(graph, artefact.manifest, image)
    return {layer: found[f"style.{layer}.nearest"] for layer in LAYERS}


def test_small_pictures_are_seen_as_they_are(graph, artefact):
    image, style = (waves(*size) for size in ((60, 80), (64, 48)))
    afar = seen_from_afar(graph, artefact.manifest, image, [style])
    wanted = features_of(graph, artefact, image)
    grid, sizes = Grid("relu3_1"), {layer: layer_size(layer, 60, 80) for layer in LAYERS}
    seen = Distant(afar.picture, sizes)
    np.testing.assert_allclose(seen.columns(grid), hypercolumns(wanted, grid), atol=1e-6)
    for layer, one in features_of(graph, artefact, style).items():
        np.testing.assert_allclose(afar.styles[0][layer], one, rtol=1e-5, atol=1e-4)


def test_large_ones_are_made_small_alike(graph, artefact):
    image, style = (waves(*size) for size in ((300, 640), (200, 100)))
    afar = seen_from_afar(graph, artefact.manifest, image, [style])
    assert afar.picture["relu3_1"].shape[2:] == (120 // 4, 256 // 4)
    assert afar.styles[0]["relu3_1"].shape[2:] == (80 // 4, 40 // 4)
    near = {"relu3_1": np.zeros((1, 2, 75, 160), np.float32)}
    seen = Distant(afar.picture, {"relu3_1": (75, 160)}, Whole(near))
    channels = sum(artefact.manifest.channels[layer] for layer in LAYERS)
    assert seen.columns(Grid("relu3_1", 1)).shape == (37 * 80, channels)
    assert seen.at("relu3_1", np.full((3, 4), 74), np.full((3, 4), 159)).shape == (1, 2, 3, 4)


def test_without_neighbours_nobody_looks(narrow_weights, tmp_path):
    artefact = load_artefact(build_artefact(narrow_weights, tmp_path / "a", style_loss="gram"))
    graph = Sessions(artefact).features(choose_engine("cpu"))
    image = waves(32, 40)
    assert seen_from_afar(graph, artefact.manifest, image, [image]) is None
