import json
import re

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.engine.engines import choose_engine, open_session
from stylecore.models.networks.product import NOISE, About, product_file
from stylecore.models.networks.sizes import SHAPES, SMALLEST
from stylecore.models.networks.weights import first_weights
from stylecore.pictures.color import grey, with_chroma
from stylecore.pictures.tensors import to_floats, to_tensor


def about(network="tiny", color="style"):
    curve = [{"step": 1, "seconds": 0.5, "loss": 1.0, "content": 0.1, "style": 0.9}] * 16
    settings = {f"setting{number}": "value" for number in range(40)}
    return About(network, color, ["night.jpg", "wave.jpg"], settings, {"curve": curve})


def weights(network="tiny", seed=0):
    """With large steps away from how it begins, so that much is clipped."""
    first = first_weights(SHAPES[network], seed)
    return first + np.random.default_rng(1).normal(size=first.shape).astype(np.float32)


@pytest.fixture(scope="module")
def file():
    return product_file(weights(), about())


@pytest.fixture(scope="module")
def paint(file):
    session = open_session(file, choose_engine("cpu"))
    return lambda image: session.run(["styled"], {"image": image})[0]


def picture(height, width, pictures=1):
    rng = np.random.default_rng(height * width)
    return rng.uniform(0, 255, (pictures, 3, height, width)).astype(np.float32)


@pytest.mark.parametrize(
    "size", [(SMALLEST, SMALLEST), (16, 16), (17, 16), (31, 33), (5, 40), (66, 9), (131, 258)]
)
def test_every_size_comes_out_as_it_went_in(paint, size):
    found = paint(picture(*size))
    assert found.shape == (1, 3, *size)
    assert found.min() >= 0
    assert found.max() <= 255
    assert found.std() > 10


def test_a_multiple_of_four_is_as_its_part_of_what_is_filled_up(paint):
    """Mirror image at the right and the lower edge, and nothing else, is added."""
    whole = picture(18, 23)
    padded = np.pad(whole, ((0, 0), (0, 0), (0, 2), (0, 1)), mode="reflect")
    np.testing.assert_allclose(paint(whole), paint(padded)[..., :18, :23], atol=1e-3)


def test_pictures_of_a_batch_have_nothing_to_do_with_one_another(paint):
    both = picture(20, 24, pictures=2)
    found = paint(both)
    for one, alone in zip(both, found, strict=True):
        np.testing.assert_allclose(paint(one[None])[0], alone, atol=0.05)


def test_an_even_picture_is_not_painted_evenly(paint):
    found = paint(np.full((1, 3, 64, 64), 128, np.float32))
    assert found[..., 16:-16, 16:-16].std() > 1


def test_onnx_itself_agrees(file, paint):
    onnx.checker.check_model(onnx.load_from_string(file), full_check=True)
    image = picture(13, 18)
    (wanted,) = ReferenceEvaluator(onnx.load_from_string(file)).run(["styled"], {"image": image})
    np.testing.assert_allclose(paint(image), wanted, atol=0.05)


def test_the_file_says_what_it_is(file):
    model = onnx.load_from_string(file)
    told = {one.key: one.value for one in model.metadata_props}
    assert told["stylecore.kind"] == "feedforward"
    assert told["stylecore.format"] == "1"
    assert told["stylecore.network"] == "tiny"
    assert told["stylecore.style"] == "night.jpg, wave.jpg"
    assert json.loads(told["stylecore.settings"])["setting3"] == "value"
    assert json.loads(told["stylecore.losses"])["curve"][0]["loss"] == 1.0
    assert re.match(r"image: float32, .* RGB, 0 to 255", told["stylecore.input"])
    assert re.match(r"styled: float32, .* RGB, 0 to 255", told["stylecore.output"])
    assert told["stylecore.noise"] == NOISE
    assert NOISE in {name for node in model.graph.node for name in node.output}
    assert {(one.domain, one.version) for one in model.opset_import} == {("", 18)}
    assert model.ir_version <= 10
    (given,), (found,) = model.graph.input, model.graph.output
    assert (given.name, found.name) == ("image", "styled")
    for one in (given, found):
        dims = one.type.tensor_type.shape.dim
        assert [dim.dim_value or dim.dim_param for dim in dims] == [
            "pictures",
            3,
            "height",
            "width",
        ]
    assert not any(one.data_location for one in model.graph.initializer)


def test_small_takes_little_space():
    data = product_file(first_weights(SHAPES["small"], 0), about("small"))
    assert len(data) <= 1.5e6


@pytest.mark.parametrize("color", ["content", "luminance"])
def test_colours_of_the_photograph_are_put_back_in_the_graph(paint, color):
    session = open_session(product_file(weights(), about(color=color)), choose_engine("cpu"))
    image = picture(22, 25)
    seen = to_tensor(grey(to_floats(image))) if color == "luminance" else image
    wanted = with_chroma(to_floats(paint(seen)), to_floats(image))
    found = to_floats(session.run(["styled"], {"image": image})[0])
    np.testing.assert_allclose(found, wanted, atol=0.3)


def test_the_same_weights_and_seed_give_the_same_bytes():
    assert product_file(weights(), about()) == product_file(weights(), about())
    assert product_file(weights(), about(), seed=1) != product_file(weights(), about())
