"""The networks that `stylecore train` makes, at any size, whole and in tiles."""

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.runner import Runner

product = pytest.importorskip("stylecore.models.networks.product")
sizes = pytest.importorskip("stylecore.models.networks.sizes")
weights = pytest.importorskip("stylecore.models.networks.weights")


@pytest.fixture(scope="module", params=["style", "content"])
def network(request, tmp_path_factory):
    vector = weights.first_weights(sizes.SHAPES["tiny"], 0)
    about = product.About("tiny", request.param, ["night.jpg"], {}, {})
    path = tmp_path_factory.mktemp("ours") / "style.onnx"
    path.write_bytes(product.product_file(vector, about))
    return open_network(path, choose_engine("cpu"))


def picture(height, width):
    shape = (1, 3, height, width)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


def test_nothing_has_to_be_assumed(network):
    assert (network.notes, network.levels.name, network.multiple) == ((), "byte", 1)
    assert network.about["stylecore.style"] == "night.jpg"


@pytest.mark.parametrize("size", [(33, 47), (64, 64), (101, 38)])
def test_any_size_comes_out_as_it_is(network, size):
    assert network(picture(*size)).shape == (1, 3, *size)


def test_tiles_give_the_picture_of_the_whole(network):
    image = picture(213, 190)
    runner = Runner(network, 64)
    assert runner.inside is not None
    np.testing.assert_allclose(runner(image), network(image), atol=0.01)
