import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.models.autodiff.tape import Tape, make_model, named, tensor_input
from stylecore.models.networks import colors
from stylecore.pictures import color
from stylecore.pictures.tensors import to_floats, to_tensor


def evaluated(build, *pictures):
    tape = Tape()
    images = [tensor_input(f"x{i}", ["n", 3, "h", "w"], tape) for i in range(len(pictures))]
    y = tape.shaped(named(build(tape, *images), "y"), [None, None, None, None])
    model = make_model(tape, "case", images, [y])
    feeds = {f"x{i}": to_tensor(picture) for i, picture in enumerate(pictures)}
    return ReferenceEvaluator(ir.serde.serialize_model(model)).run(None, feeds)[0]


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    found = [rng.uniform(0, 255, (5, 6, 3)).astype(np.float32) for _ in range(2)]
    found[0][0] = [[0, 0, 0], [255, 255, 255], [255, 0, 0]] * 2
    found[1][1] = 128
    return found


def test_grey_is_that_of_pictures(pictures):
    found = to_floats(evaluated(colors.grey, pictures[0]))
    np.testing.assert_allclose(found, color.grey(pictures[0]), atol=1e-3)


def test_chroma_comes_back_as_it_does_to_pictures(pictures):
    found = to_floats(evaluated(colors.with_chroma, *pictures))
    np.testing.assert_allclose(found, color.with_chroma(*pictures), atol=1e-3)
