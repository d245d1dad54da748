"""The two graphs that training runs: a network forward, and its gradient by its weights."""

from __future__ import annotations

import math

import onnx_ir as ir

from ..autodiff.gradients import backward
from ..autodiff.tape import Tape, infer_shapes, make_model, named, tensor_input
from .colors import grey as in_grey
from .layers import count, parameters_of
from .painting import Parameters, painted
from .sizes import NOISE, Shape

_IMAGES = ["pictures", 3, "height", "width"]
_NOISE = ["pictures", NOISE, "rows", "columns"]


def forward_model(
    shape: Shape, *, grey: bool = False, dtype: ir.DataType = ir.DataType.FLOAT
) -> ir.Model:
    """A network forward.

    Inputs: ``image`` (N, 3, H, W), RGB, 0–255, with sides that are multiples of 4; ``noise``
    (N, NOISE, H/4, W/4); ``weights`` (P,). Output: ``styled`` (N, 3, H, W), 0–255.

    Args:
        shape: of the network.
        grey: whether what it paints is made grey.
        dtype: element type of the graph; float64 is for numerical checks.
    """
    tape = Tape(dtype)
    inputs, parameters = _inputs(tape, shape)
    return make_model(tape, "forward", inputs, [_styled(tape, inputs, parameters, shape, grey)])


def pullback_model(
    shape: Shape, *, grey: bool = False, dtype: ir.DataType = ir.DataType.FLOAT
) -> ir.Model:
    """The derivative of Σ cotangent · styled.

    Inputs: those of :func:`forward_model`, and ``cotangent`` (N, 3, H, W). Output: ``gradient``
    (P,). Features on the way are computed anew: kept from one graph for the other they would cost
    more, since a graph's convolutions lay them out otherwise than it gives them away.

    Args:
        shape: as in :func:`forward_model`.
        grey: as there.
        dtype: as there.
    """
    tape = Tape(dtype)
    inputs, parameters = _inputs(tape, shape)
    styled = _styled(tape, inputs, parameters, shape, grey)
    model = infer_shapes(make_model(tape, "pullback", inputs, [styled]))
    graph, after = model.graph, Tape(dtype)
    cotangent = tensor_input("cotangent", _IMAGES, after)
    found = backward(after, graph, {styled: cotangent}, list(parameters.values()))
    flat = [after("Reshape", one, after.integers([-1])) for one in found]
    gradient = named(after("Concat", *flat, axis=0), "gradient")
    graph.inputs.append(cotangent)
    graph.outputs[:] = [after.shaped(gradient, [count(shape)])]
    for value in after.initializers:
        value.name = f"backward.{value.name}"
        graph.register_initializer(value)
    graph.extend(after.nodes)
    return model


def _inputs(tape: Tape, shape: Shape) -> tuple[list[ir.Value], Parameters]:
    """Pictures, noise and one vector, which is divided into the parameters."""
    image, noise = tensor_input("image", _IMAGES, tape), tensor_input("noise", _NOISE, tape)
    weights = tensor_input("weights", [count(shape)], tape)
    parameters: dict[str, ir.Value] = {}
    start = 0
    for name, sizes in parameters_of(shape).items():
        end = start + math.prod(sizes)
        part = tape("Slice", weights, tape.integers([start]), tape.integers([end]))
        parameters[name] = tape.shaped(tape("Reshape", part, tape.integers(sizes)), sizes)
        start = end
    return [image, noise, weights], parameters


def _styled(
    tape: Tape, inputs: list[ir.Value], parameters: Parameters, shape: Shape, grey: bool
) -> ir.Value:
    image, noise, _ = inputs
    styled = painted(tape, image, noise, parameters, shape)
    return tape.shaped(named(in_grey(tape, styled) if grey else styled, "styled"), _IMAGES)
