"""Writing ONNX graphs as one writes maths: a tape of standard operators with named constants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
from onnx_ir.passes.common import InlinePass, ShapeInferencePass

OPSET = 18
IR_VERSION = 9
END = 2**31 - 1
"""Of a slice that runs to the end of its axis."""

DOMAIN = "stylecore"
"""Of the functions that stand in a graph until it is differentiated."""


class Tape(ir.tape.Tape):
    """Records operators: ``tape("Add", a, b)`` is the value of a + b.

    Attributes:
        dtype: element type of the constants that :meth:`scalar` makes.
    """

    def __init__(self, dtype: ir.DataType = ir.DataType.FLOAT) -> None:
        super().__init__()
        self.dtype = dtype
        self._constants: dict[tuple[Any, ...], ir.Value] = {}

    def __call__(self, op_type: str, *inputs: ir.Value | None, **attributes: Any) -> ir.Value:
        """Record one operator with one output."""
        return self.op(op_type, inputs, attributes)

    def constant(self, array: np.ndarray[Any, Any]) -> ir.Value:
        """A small constant; equal ones are shared."""
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            name = f"constant_{len(self._constants)}"
            self._constants[key] = self.initializer(ir.tensor(array, name=name))
        return self._constants[key]

    def function(self, name: str, *inputs: ir.Value, outputs: int) -> Sequence[ir.Value]:
        """Record a call of one of the functions of :mod:`.functions`."""
        return self.op_multi_out(name, inputs, num_outputs=outputs, domain=DOMAIN)

    def shaped(self, value: ir.Value, shape: Sequence[int | str | None]) -> ir.Value:
        """The same value with the shape that inference cannot see, in the tape's element type."""
        value.dtype, value.shape = self.dtype, ir.Shape(shape)
        return value

    def scalar(self, value: float) -> ir.Value:
        """A constant of rank 0 in the graph's element type."""
        return self.constant(np.array(value, self.dtype.numpy()))

    def integers(self, values: Sequence[int]) -> ir.Value:
        """A constant vector of int64: axes, shapes, pads."""
        return self.constant(np.array(values, np.int64))


class FunctionTape(Tape):
    """Records the body of a function, which can hold no initializers: constants are nodes."""

    def constant(self, array: np.ndarray[Any, Any]) -> ir.Value:
        """A small constant."""
        return self.op("Constant", [], {"value": ir.tensor(array)})


def named(value: ir.Value, name: str) -> ir.Value:
    """The same value under the name that callers will ask for."""
    value.name = name
    return value


def shaped(value: ir.Value, dtype: ir.DataType, shape: Sequence[int | None]) -> ir.Value:
    """The same value with the type and shape that inference cannot see; None for any size."""
    value.dtype, value.shape = dtype, ir.Shape(shape)
    return value


def tensor_input(name: str, shape: Sequence[int | str], tape: Tape) -> ir.Value:
    """A graph input of the tape's element type; strings are symbolic sizes."""
    return ir.val(name, dtype=tape.dtype, shape=shape)


def make_model(
    tape: Tape,
    name: str,
    inputs: Sequence[ir.Value],
    outputs: Sequence[ir.Value],
    functions: Sequence[ir.Function] = (),
) -> ir.Model:
    """A model over everything recorded on the tape."""
    graph = ir.Graph(
        inputs,
        outputs,
        nodes=tape.nodes,
        initializers=tape.initializers,
        name=name,
        opset_imports={"": OPSET, **{function.domain: 1 for function in functions}},
    )
    return ir.Model(graph, ir_version=IR_VERSION, functions=functions, producer_name="stylecore")


def inline_functions(model: ir.Model) -> ir.Model:
    """Replace calls of the model's own functions by their bodies: standard operators are left."""
    model = InlinePass()(model).model
    model.opset_imports.clear()
    model.opset_imports[""] = OPSET
    return model


def infer_shapes(model: ir.Model) -> ir.Model:
    """Annotate every value with element type and shape, in place."""
    return ShapeInferencePass()(model).model


def write_model(model: ir.Model, path: Path) -> None:
    """Write an ``.onnx`` file and check it against the ONNX standard."""
    path.write_bytes(ir.serde.serialize_model(model).SerializeToString())
    onnx.checker.check_model(str(path))  # pyright: ignore[reportUnknownMemberType]
