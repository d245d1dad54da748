"""The loss terms against their equations, written out in numpy, in float64."""

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.models.autodiff import functions
from stylecore.models.autodiff.tape import Tape, inline_functions, make_model, named, tensor_input
from stylecore.models.making import losses

DOUBLE = ir.DataType.DOUBLE


def evaluate(build, **feeds):
    """Record an expression of the named inputs and compute it."""
    tape = Tape(DOUBLE)
    inputs = {name: tensor_input(name, value.shape, tape) for name, value in feeds.items()}
    y = named(build(tape, *inputs.values()), "y")
    y.dtype = DOUBLE
    model = make_model(tape, "case", list(inputs.values()), [y], [functions.gram_function(DOUBLE)])
    return ReferenceEvaluator(ir.serde.serialize_model(inline_functions(model))).run(None, feeds)[0]


def values(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def grams_of(features, guide):
    return evaluate(lambda t, f, g: losses.gram(t, f, g, features.shape[1]), f=features, g=guide)


def test_the_plain_gram_is_that_of_the_paper():
    features = values(1, 3, 4, 5)
    grams = grams_of(features, np.full((1, 4, 5), 1 / 20))
    wanted = np.zeros((3, 3))
    for i, j in np.ndindex(3, 3):
        wanted[i, j] = sum(
            features[0, i, y, x] * features[0, j, y, x] / 20 for y, x in np.ndindex(4, 5)
        )
    np.testing.assert_allclose(grams, wanted[None], rtol=1e-12)


def test_each_region_has_a_gram_of_its_own_features():
    features = values(1, 3, 4, 5)
    channels = np.random.default_rng(1).uniform(0, 1, (2, 4, 5))
    squared = channels**2
    guides = squared / squared.sum(axis=(1, 2), keepdims=True)
    found = grams_of(features, guides)
    for guide, gram in zip(guides, found, strict=True):
        # Gatys et al. 2017, eq. 4 and 5: every feature is multiplied by the guide's root.
        guided = (features[0] * np.sqrt(guide)).reshape(3, -1)
        np.testing.assert_allclose(gram, guided @ guided.T, rtol=1e-12)


def test_a_region_sees_nothing_outside_itself():
    features, guide = values(1, 2, 4, 6), np.zeros((1, 4, 6))
    guide[:, :, :3] = 1 / 12
    changed = features.copy()
    changed[:, :, :, 3:] = 100
    np.testing.assert_array_equal(grams_of(features, guide), grams_of(changed, guide))


def test_the_squared_distance_is_elementwise():
    a, b = values(2, 3), values(2, 3, seed=1)
    np.testing.assert_allclose(evaluate(losses.squared_distance, a=a, b=b), (a - b) ** 2)


def test_the_content_loss_is_weighted_by_position():
    features, target = values(1, 3, 4, 5), values(1, 3, 4, 5, seed=1)
    weight = np.random.default_rng(2).uniform(0, 1, (1, 1, 4, 5))
    found = evaluate(losses.content_loss, f=features, p=target, w=weight)
    wanted = sum(
        weight[0, 0, y, x] * (features[0, c, y, x] - target[0, c, y, x]) ** 2
        for c, y, x in np.ndindex(3, 4, 5)
    )
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)


def test_the_style_loss_weighs_regions():
    grams, target, weight = values(2, 3, 3), values(2, 3, 3, seed=1), np.array([0.5, 3.0])
    found = evaluate(losses.style_loss, g=grams, a=target, w=weight)
    wanted = sum(weight[k] * ((grams[k] - target[k]) ** 2).sum() for k in range(2))
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("size", [(4, 6), (5, 3), (2, 2)])
def test_total_variation_sums_all_neighbours(size):
    image = values(1, 3, *size)
    height, width = size
    wanted = 0.0
    for c, y, x in np.ndindex(3, height, width):
        if y + 1 < height:
            wanted += abs(image[0, c, y, x] - image[0, c, y + 1, x])
        if x + 1 < width:
            wanted += abs(image[0, c, y, x] - image[0, c, y, x + 1])
    found = evaluate(losses.total_variation, image=image)
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)


def test_a_flat_image_has_no_variation():
    assert evaluate(losses.total_variation, image=np.full((1, 3, 4, 4), 7.0)) == 0
