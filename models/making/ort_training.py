"""The gradient by ONNX Runtime training's own builder, in the same contract as the standard one.

Its graphs hold operators of Microsoft's own (``ConvGrad``, ``ReluGrad``, …), so they run only where
``onnxruntime-training`` is the onnxruntime that is installed. It has no rule for padding by
what lies at the edge, and its pooling gradients read sizes from the graph, which are symbolic here
(they crash): so both are written in operators that it differentiates rightly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from ...engine.runtime import onnxruntime
from ...errors import EngineError
from ..autodiff.tape import OPSET, Tape, infer_shapes, inline_functions

MICROSOFT = "com.microsoft"
_ZERO, _ONE = np.array(0, np.int64), np.array(1, np.int64)


def with_ort_gradient(model: ir.Model, *, of: str, by: str) -> ir.Model:
    """Add the output ``gradient``, as :func:`.gradients.with_gradient` does.

    Args:
        model: of the loss; it is changed.
        of: the scalar output to differentiate.
        by: the input to differentiate by.

    Raises:
        EngineError: where ONNX Runtime is not the training build.
    """
    builder = _builder()
    model = inline_functions(model)
    rewrite(model.graph)
    RemoveUnusedNodesPass()(model)
    stored = _lift_weights(model.graph)
    serialized = ir.serde.serialize_model(infer_shapes(model)).SerializeToString()
    building: Any = builder(serialized, {of}, {by}, of)
    building.build()
    built = ir.serde.deserialize_model(onnx.load_from_string(building.get_model()))
    _restore_weights(built.graph, stored)
    next(value for value in built.graph.outputs if value.name == f"{by}_grad").name = "gradient"
    built.opset_imports.clear()
    built.opset_imports.update({"": OPSET, MICROSOFT: 1})
    return built


def _builder() -> Any:
    runtime = onnxruntime()
    found = getattr(runtime.capi._pybind_state, "GradientGraphBuilder", None)
    if found is None:
        raise EngineError(
            f"gradient ort-training: the onnxruntime here ({runtime.__version__}) has no gradient"
            " builder; use an environment with onnxruntime-training-cpu 1.19.2 in its place"
        )
    return found


def _lift_weights(graph: ir.Graph) -> dict[str, ir.TensorProtocol]:
    """Make inputs of the weights: the builder can neither look at them nor fold them away."""
    stored: dict[str, ir.TensorProtocol] = {}
    for name, value in list(graph.initializers.items()):
        if isinstance(value.const_value, ir.ExternalTensor):
            stored[name], value.const_value = value.const_value, None
            del graph.initializers[name]
            graph.inputs.append(value)
    return stored


def _restore_weights(graph: ir.Graph, stored: dict[str, ir.TensorProtocol]) -> None:
    for value in [value for value in graph.inputs if value.name in stored]:
        graph.inputs.remove(value)
        assert value.name is not None
        value.const_value = stored[value.name]
        graph.register_initializer(value)


def rewrite(graph: ir.Graph) -> None:
    """Replace what the builder cannot differentiate."""
    for node in list(graph):  # a list: the graph changes below
        tape = Tape(graph.outputs[0].dtype or ir.DataType.FLOAT)
        if node.op_type == "Pad":
            value = _padded(tape, node)
        elif node.op_type in ("MaxPool", "AveragePool"):
            value = _pooled(tape, node)
        else:
            continue
        _put(graph, node, tape, value)


def _put(graph: ir.Graph, node: ir.Node, tape: Tape, value: ir.Value) -> None:
    """Put a value and what it is made of in the place of a node."""
    for constant in tape.initializers:
        constant.name = f"{node.name}.{constant.name}"
        graph.register_initializer(constant)
    ir.convenience.replace_nodes_and_values(
        graph, node, [node], list(tape.nodes), node.outputs, [value]
    )


def _padded(tape: Tape, node: ir.Node) -> ir.Value:
    """Rows and columns gathered by their number, once these are padded in the same way."""
    pads = ir.convenience.get_const_tensor(_first(node.inputs[1:]))
    assert pads is not None
    before, after = pads.numpy().reshape(2, 4).tolist()
    mode = node.attributes.get_string("mode", "constant")
    x = _first(node.inputs)
    for axis in (2, 3):
        size = tape("Squeeze", tape("Shape", x, start=axis, end=axis + 1))
        numbers = tape("Range", tape.constant(_ZERO), size, tape.constant(_ONE))
        around = tape.integers([before[axis], after[axis]])
        x = tape("Gather", x, tape("Pad", numbers, around, mode=mode), axis=axis)
    return x


def _pooled(tape: Tape, node: ir.Node) -> ir.Value:
    """The greatest, or the mean, of the four pictures that every second pixel makes."""
    x = _first(node.inputs)
    ends = _even_ends(tape, x)
    a, b, c, d = (_every_second(tape, x, corner, ends) for corner in _CORNERS)
    if node.op_type == "MaxPool":
        return tape("Max", tape("Max", a, b), tape("Max", c, d))
    total = tape("Add", tape("Add", a, b), tape("Add", c, d))
    return tape("Mul", total, tape.scalar(0.25))


_CORNERS = (0, 0), (0, 1), (1, 0), (1, 1)


def _even_ends(tape: Tape, x: ir.Value) -> ir.Value:
    """Height and width, rounded down to even numbers: what the windows cover."""
    two = tape.integers([2])
    return tape("Mul", tape("Div", tape("Shape", x, start=2), two), two)


def _every_second(tape: Tape, x: ir.Value, corner: Sequence[int], ends: ir.Value) -> ir.Value:
    steps = tape.integers([2, 2])
    return tape("Slice", x, tape.integers(corner), ends, tape.integers([2, 3]), steps)


def _first(values: Sequence[ir.Value | None]) -> ir.Value:
    value = values[0]
    assert value is not None
    return value
