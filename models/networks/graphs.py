"""The two graphs that training runs: a network forward, and its gradient by its weights."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import onnx_ir as ir

from ..autodiff.gradients import backward
from ..autodiff.tape import IR_VERSION, OPSET, Tape, infer_shapes, make_model, named, tensor_input
from .colors import grey as in_grey
from .layers import count, parameters_of
from .painting import Parameters, painted
from .sizes import NOISE, Shape

_IMAGES = ["pictures", 3, "height", "width"]
_NOISE = ["pictures", NOISE, "rows", "columns"]


class TrainingGraphs(NamedTuple):
    """A network forward and backward.

    ``forward`` takes ``image`` (N, 3, H, W), RGB, 0–255, with sides that are multiples of 4,
    ``noise`` (N, NOISE, H/4, W/4) and ``weights`` (P,). It gives ``styled`` (N, 3, H, W), 0–255,
    and what the way back wants to know of the way there.

    ``pullback`` takes all of this but ``styled``, and ``cotangent`` (N, 3, H, W). It gives
    ``gradient`` (P,), of Σ cotangent · styled by the weights.
    """

    forward: ir.Model
    pullback: ir.Model


def training_graphs(
    shape: Shape, *, grey: bool = False, dtype: ir.DataType = ir.DataType.FLOAT
) -> TrainingGraphs:
    """Both graphs of a network.

    Args:
        shape: of the network.
        grey: whether what it paints is made grey.
        dtype: element type of the graphs; float64 is for numerical checks.
    """
    tape = Tape(dtype)
    inputs, parameters = _inputs(tape, shape)
    image, noise, _ = inputs
    styled = painted(tape, image, noise, parameters, shape)
    styled = named(in_grey(tape, styled) if grey else styled, "styled")
    tape.shaped(styled, _IMAGES)
    forward = infer_shapes(make_model(tape, "forward", inputs, [styled]))
    after, cotangent = Tape(dtype), tensor_input("cotangent", _IMAGES, tape)
    seeds = {styled: cotangent}
    found = backward(after, forward.graph, seeds, list(parameters.values()))
    flat = [after("Reshape", one, after.integers([-1])) for one in found]
    gradient = named(after("Concat", *flat, axis=0), "gradient")
    after.shaped(gradient, [count(shape)])
    sizes = _sizes_asked_for(forward.graph, after)
    forward.graph.extend(sizes)
    infer_shapes(forward)
    nodes = [node for node in after.nodes if node not in sizes]
    return TrainingGraphs(forward, _pullback(forward.graph, after, nodes, cotangent, gradient))


def _sizes_asked_for(graph: ir.Graph, tape: Tape) -> list[ir.Node]:
    """What on the way back wants of a value on the way there its size alone."""
    there = {value for node in graph for value in node.outputs} | set(graph.inputs)
    return [node for node in tape.nodes if node.op_type == "Shape" and node.inputs[0] in there]


def _pullback(
    graph: ir.Graph, tape: Tape, nodes: list[ir.Node], cotangent: ir.Value, gradient: ir.Value
) -> ir.Model:
    """The way back as a graph of its own; the way there gives what it takes from here on."""
    there = {value for node in graph for value in node.outputs} | set(graph.inputs)
    given: dict[ir.Value, ir.Value] = {}
    for node in nodes:
        for index, value in enumerate(node.inputs):
            if value is None:
                continue
            if value in there and value not in given:
                given[value] = ir.val(str(value.name), dtype=value.dtype, shape=value.shape)
            elif value in graph.initializers.values():
                given[value] = tape.constant(_constant(value))
            if value in given:
                node.replace_input_with(index, given[value])
    kept = [value for value in given if value in there and value not in graph.inputs]
    graph.outputs.extend(kept)
    inputs = [given[value] for value in given if value in there]
    backward_graph = ir.Graph(
        [*inputs, cotangent],
        [gradient],
        nodes=nodes,
        initializers=tape.initializers,
        name="pullback",
        opset_imports={"": OPSET},
    )
    return ir.Model(backward_graph, ir_version=IR_VERSION, producer_name="stylecore")


def _constant(value: ir.Value) -> np.ndarray:
    assert value.const_value is not None
    return value.const_value.numpy()


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
