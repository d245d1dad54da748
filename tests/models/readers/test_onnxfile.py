from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from stylecore.errors import ModelError
from stylecore.models.readers.preprocessing import TORCHVISION
from stylecore.models.readers.weights import read_weights

SHAPES: dict[str, dict[str, Any]] = {
    "conv": {"op_type": "Conv", "kernel_shape": [3, 3], "pads": [1] * 4, "strides": [1, 1]},
    "relu": {"op_type": "Relu"},
    "pool": {"op_type": "MaxPool", "kernel_shape": [2, 2], "strides": [2, 2]},
}


def model(formats: SimpleNamespace, **changes: dict[str, Any]) -> ModelProto:
    """A network as the Model Zoo's are: a chain, its weights as initializers, a top."""
    nodes: list[NodeProto] = []
    initializers: list[TensorProto] = []
    last = "data"
    for kind, name in formats.architecture.sequence:
        inputs = [last]
        if kind == "conv":
            kernel, bias = formats.convolutions[name]
            inputs += [f"{name}_w", f"{name}_b"]
            initializers += [
                numpy_helper.from_array(kernel, inputs[1]),
                numpy_helper.from_array(bias, inputs[2]),
            ]
        attributes = SHAPES[kind] | changes.get(name, {})
        nodes.append(helper.make_node(inputs=inputs, outputs=[name], **attributes))
        last = name
    nodes.append(helper.make_node("Flatten", [last], ["top"]))
    picture = helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 9, 12])
    top = helper.make_tensor_value_info("top", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "vgg", [picture], [top], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_the_weights_compute_what_onnxruntime_computes(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    content = model(formats).SerializeToString()
    weights = read_weights(saved(content), architecture=formats.architecture)
    assert weights.preprocessing == TORCHVISION
    picture = np.random.default_rng(0).random((3, 9, 12), np.float32)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (wanted,) = session.run(None, {"data": picture[None]})
    found = formats.features(weights.convolutions, picture).ravel()
    np.testing.assert_allclose(found, wanted[0], rtol=1e-4, atol=1e-3)


def test_weights_that_are_inputs_too_are_read(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    made = model(formats)
    for item in made.graph.initializer:
        made.graph.input.append(
            helper.make_tensor_value_info(item.name, TensorProto.FLOAT, item.dims)
        )
    weights = read_weights(saved(made.SerializeToString()), architecture=formats.architecture)
    np.testing.assert_array_equal(
        weights.convolutions["conv2_1"][0], formats.convolutions["conv2_1"][0], strict=True
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"relu1_1": {"op_type": "Sigmoid"}}, "not tiny: Sigmoid where relu1_1 should be"),
        ({"conv1_2": {"pads": [0] * 4}}, r"conv1_2 has pads \[0, 0, 0, 0\], not \[1, 1, 1, 1\]"),
        ({"conv1_2": {"strides": [2, 2]}}, r"conv1_2 has strides \[2, 2\]"),
        ({"pool1": {"kernel_shape": [3, 3]}}, r"pool1 has kernel_shape \[3, 3\]"),
    ],
)
def test_the_first_difference_is_named(
    formats: SimpleNamespace,
    saved: Callable[..., Path],
    changes: dict[str, dict[str, Any]],
    message: str,
) -> None:
    path = saved(model(formats, **changes).SerializeToString())
    with pytest.raises(ModelError, match=message):
        read_weights(path, architecture=formats.architecture)


def test_a_branch_ends_the_chain(formats: SimpleNamespace, saved: Callable[..., Path]) -> None:
    made = model(formats)
    made.graph.node.append(helper.make_node("Relu", ["conv1_2"], ["branch"]))
    with pytest.raises(ModelError, match="nothing where relu1_2 should be"):
        read_weights(saved(made.SerializeToString()), architecture=formats.architecture)


def test_weights_in_another_file_are_not_opened(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    made = model(formats)
    tensor = made.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    with pytest.raises(ModelError, match="lie in another file"):
        read_weights(saved(made.SerializeToString()), architecture=formats.architecture)


def test_missing_weights_are_named(formats: SimpleNamespace, saved: Callable[..., Path]) -> None:
    made = model(formats)
    del made.graph.initializer[1]
    with pytest.raises(ModelError, match="weights of conv1_1 are not stored"):
        read_weights(saved(made.SerializeToString()), architecture=formats.architecture)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_gives_our_error_or_other_numbers(
    formats: SimpleNamespace, saved: Callable[..., Path], data: st.DataObject
) -> None:
    content = formats.damaged(model(formats).SerializeToString(), data)
    try:
        weights = read_weights(saved(content), architecture=formats.architecture)
    except ModelError as error:
        text = str(error)
    else:
        text = weights.source
    assert "\n" not in text
