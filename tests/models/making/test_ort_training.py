"""The graph that is given to ONNX Runtime training; what it makes of it is tested where it is."""

import importlib

import numpy as np
import onnx_ir as ir
import onnxruntime
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.errors import EngineError
from stylecore.models.autodiff.tape import Tape, infer_shapes, make_model, named, tensor_input
from stylecore.models.making.build import build_artefact
from stylecore.models.making.ort_training import rewrite

TRAINING = hasattr(
    importlib.import_module("onnxruntime.capi._pybind_state"), "GradientGraphBuilder"
)


def model_of(op_type, **attributes):
    """One operator on pictures (1, 2, height, width)."""
    tape = Tape()
    x = tensor_input("x", [1, 2, "height", "width"], tape)
    inputs = [x, tape.integers([0, 0, 3, 1, 0, 0, 2, 4])] if op_type == "Pad" else [x]
    y = named(tape(op_type, *inputs, **attributes), "y")
    y.dtype, y.shape = ir.DataType.FLOAT, ir.Shape([1, 2, None, None])
    return make_model(tape, "one", [x], [y])


OPERATORS = {
    "padding": ("Pad", {"mode": "edge"}),
    "mirroring": ("Pad", {"mode": "reflect"}),
    "max pooling": ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    "average pooling": ("AveragePool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
}


def run(model, x):
    serialized = ir.serde.serialize_model(model).SerializeToString()
    session = onnxruntime.InferenceSession(serialized, providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": x})[0]


@pytest.mark.parametrize("size", [(6, 8), (5, 7), (4, 5)])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_rewritten_operator_computes_the_same(name, size):
    op_type, attributes = OPERATORS[name]
    model = model_of(op_type, **attributes)
    x = np.random.default_rng(0).normal(size=(1, 2, *size)).astype(np.float32)
    wanted = run(model, x)
    rewrite(model.graph)
    left = [node for node in model.graph if node.op_type == op_type]
    assert all(node.inputs[0].producer().op_type == "Range" for node in left)
    assert [value.name for value in model.graph.outputs] == ["y"]
    np.testing.assert_allclose(run(infer_shapes(model), x), wanted, rtol=1e-6)


@pytest.mark.skipif(TRAINING, reason="here is ONNX Runtime training")
def test_without_onnx_runtime_training_it_says_what_it_needs(narrow_weights, tmp_path):
    with pytest.raises(EngineError, match=r"onnxruntime-training-cpu 1\.19\.2") as caught:
        build_artefact(narrow_weights, tmp_path / "theirs", gradient="ort-training")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(TRAINING, reason="here is ONNX Runtime training")
def test_stock_onnx_runtime_says_what_such_an_artefact_needs(tmp_path):
    tape = Tape()
    x = tensor_input("x", [2], tape)
    y = named(tape.op("ReluGrad", [x, x], domain="com.microsoft"), "y")
    y.dtype, y.shape = ir.DataType.FLOAT, ir.Shape([2])
    model = make_model(tape, "theirs", [x], [y])
    model.opset_imports["com.microsoft"] = 1
    path = tmp_path / "objective.onnx"
    path.write_bytes(ir.serde.serialize_model(model).SerializeToString())
    with pytest.raises(EngineError, match=r"training's gradient.*models build") as caught:
        Session(path, choose_engine("cpu"))
    assert "\n" not in str(caught.value)
