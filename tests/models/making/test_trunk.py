"""The trunk against convolutions by scipy, one plane at a time, in float64."""

from dataclasses import replace

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator
from scipy.signal import correlate2d

from stylecore.errors import ModelError
from stylecore.models.autodiff import functions
from stylecore.models.autodiff.tape import Tape, make_model, shaped, tensor_input
from stylecore.models.making import winograd
from stylecore.models.making.trunk import (
    MARGIN,
    convolution_of,
    first_kernel,
    layers_down_to,
    mean_in_rgb,
    trunk,
)
from stylecore.models.readers.preprocessing import Preprocessing
from stylecore.settings import LAYERS, block_of

BGR = Preprocessing("bgr", (100.0, 110.0, 120.0), (0.5, 1.0, 2.0))
RGB = Preprocessing("rgb", (120.0, 110.0, 100.0), (2.0, 1.0, 0.5))
DEEPEST = "relu5_1"


def halve(x, pooling):
    height, width = (size // 2 * 2 for size in x.shape[1:])
    windows = x[:, :height, :width].reshape(len(x), height // 2, 2, width // 2, 2)
    return windows.max((2, 4)) if pooling == "max" else windows.mean((2, 4))


def convolve(x, kernel, bias):
    planes = [
        sum(correlate2d(plane, taps, "valid") for plane, taps in zip(x, filters, strict=True))
        for filters in kernel
    ]
    return np.stack(planes) + bias[:, None, None]


def by_hand(image, weights, pooling):
    """Every layer's features (C, h, w), from what the weights say of themselves."""
    expects = weights.preprocessing
    x = image[0][::-1] if expects.order == "bgr" else image[0]
    x = (x - np.reshape(expects.mean, (3, 1, 1))) * np.reshape(expects.scale, (3, 1, 1))
    features = {}
    x = np.pad(x, ((0, 0), (MARGIN + 1, MARGIN + 1), (MARGIN + 1, MARGIN + 1)), "reflect")
    for layer in layers_down_to([DEEPEST]):
        if layer.endswith("_1") and layer != "relu1_1":
            x = halve(x, pooling)
        if layer == "relu3_1":
            x = x[:, MARGIN // 4 : -(MARGIN // 4), MARGIN // 4 : -(MARGIN // 4)]
        if layer != "relu1_1":
            x = np.pad(x, ((0, 0), (1, 1), (1, 1)))
        x = np.maximum(convolve(x, *weights.convolutions[convolution_of(layer)]), 0)
        cut = MARGIN >> (block_of(layer) - 1)
        features[layer] = x[:, cut:-cut, cut:-cut] if block_of(layer) < 3 else x
    return features


def by_graph(image, weights, pooling, blocks=()):
    tape = Tape(ir.DataType.DOUBLE)
    inputs = tensor_input("image", [1, 3, "height", "width"], tape)
    kernels = {}
    for name, (kernel, bias) in weights.convolutions.items():
        if name == "conv1_1":
            kernel = first_kernel(kernel, weights.preprocessing)
        kernels[name] = tuple(
            tape.initializer(ir.tensor(np.ascontiguousarray(array, np.float64)), name=f"{name}.{i}")
            for i, array in enumerate((kernel, bias))
        )
        if block_of(name) in blocks:
            wide = winograd.transformed(tape, kernels[name][0], kernel.shape)
            wide = shaped(wide, tape.dtype, [winograd.PRODUCTS, *kernel.shape[1::-1]])
            kernels[name] = wide, kernels[name][1]
    mean = mean_in_rgb(weights.preprocessing)
    layers = layers_down_to([DEEPEST])
    features = trunk(tape, inputs, mean, kernels, layers=layers, pooling=pooling, winograd=blocks)
    for name, value in features.items():
        value.name, value.dtype = name, ir.DataType.DOUBLE
    own = [functions.overlap_function(tape.dtype)]
    model = make_model(tape, "trunk", [inputs], list(features.values()), own)
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(model))
    found = evaluator.run(list(features), {"image": image})
    return dict(zip(features, found, strict=True))


@pytest.mark.parametrize("size", [(24, 32), (35, 21)], ids=["even", "odd"])
@pytest.mark.parametrize("expects", [BGR, RGB], ids=["bgr", "rgb"])
@pytest.mark.parametrize("blocks", [(), (3, 4), (2, 5)], ids=str)
def test_every_layer_is_as_by_hand(narrow_weights, pooling, expects, size, blocks):
    weights = replace(narrow_weights, preprocessing=expects)
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, *size))
    found = by_graph(image, weights, pooling, blocks)
    wanted = by_hand(image, weights, pooling)
    assert list(found) == list(wanted)
    for layer, features in wanted.items():
        assert found[layer].shape == (1, *features.shape)
        # The mean and conv1_1's kernel were rounded to float32 on the way.
        np.testing.assert_allclose(found[layer][0], features, rtol=1e-5, atol=1e-3, err_msg=layer)


def test_the_margin_is_all_that_the_blocks_that_have_one_see_of_the_border(narrow_weights):
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, 24, 32))
    around = (0, 0), (0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)
    found = by_graph(image, narrow_weights, "max")
    wider = by_graph(np.pad(image, around, "reflect"), narrow_weights, "max")
    for layer in ("relu1_1", "relu1_2", "relu2_1", "relu2_2"):
        cut = MARGIN >> (block_of(layer) - 1)
        wanted = wider[layer][:, :, cut:-cut, cut:-cut]
        np.testing.assert_allclose(found[layer], wanted, rtol=1e-9, atol=1e-9)


def test_nothing_is_computed_below_the_deepest_layer():
    assert layers_down_to(["relu2_1", "relu1_1"]) == ("relu1_1", "relu1_2", "relu2_1")
    assert layers_down_to(iter(["relu5_4"])) == LAYERS


def test_a_layer_that_vgg19_does_not_have_is_refused():
    with pytest.raises(ModelError, match="no layer 'relu2_3'; give some of relu1_1, relu1_2"):
        layers_down_to(["relu1_1", "relu2_3"])


def test_names():
    assert convolution_of("relu4_2") == "conv4_2"
    assert [block_of(layer) for layer in ("relu1_2", "relu5_1")] == [1, 5]


@pytest.mark.parametrize(
    ("expects", "wanted"), [(BGR, (120, 110, 100)), (RGB, (120, 110, 100))], ids=["bgr", "rgb"]
)
def test_the_mean_is_given_for_rgb(expects, wanted):
    mean = mean_in_rgb(expects)
    assert mean.shape == (1, 3, 1, 1)
    assert mean.ravel().tolist() == list(wanted)


def test_the_first_kernel_takes_rgb_whatever_it_was_trained_on():
    kernel = np.random.default_rng(0).normal(size=(8, 3, 3, 3)).astype(np.float32)
    pixel = np.array([200.0, 20.0, 90.0])
    for expects in (BGR, RGB):
        ordered = pixel[::-1] if expects.order == "bgr" else pixel
        entering = (ordered - expects.mean) * expects.scale
        wanted = np.einsum("ocij,c->o", kernel, entering)
        centred = pixel - mean_in_rgb(expects).ravel()
        found = np.einsum("ocij,c->o", first_kernel(kernel, expects), centred)
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
