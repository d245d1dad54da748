"""Reverse-mode differentiation of ONNX graphs: the walk that applies the rules."""

from __future__ import annotations

from collections.abc import Mapping

import onnx_ir as ir

from ...errors import ModelError
from .rules import RULES, Rule
from .tape import Tape, infer_shapes, named


def backward(
    tape: Tape, graph: ir.Graph, seeds: Mapping[ir.Value, ir.Value], target: ir.Value
) -> ir.Value:
    """Record the gradient of Σ ⟨seed, output⟩ with respect to a value of the graph.

    Args:
        tape: where the gradient's operators are recorded.
        graph: holds the forward nodes, in topological order, with ranks and fixed sizes known.
        seeds: the cotangent of each output that the target influences.
        target: the value to differentiate with respect to, usually the image.

    Raises:
        ModelError: when an operator between target and outputs has no rule, or no output
            depends on the target.
    """
    dependent = {target}
    path: list[ir.Node] = []
    for node in graph:
        # Sizes are the same whatever the values are.
        if node.op_type != "Shape" and not dependent.isdisjoint(node.inputs):
            dependent.update(node.outputs)
            path.append(node)
    cotangents = dict(seeds)
    for node in reversed(path):
        cotangent = cotangents.pop(node.outputs[0], None)
        if cotangent is None:
            continue
        for value, rule in zip(node.inputs, _rules_of(node), strict=True):
            if value in dependent and rule is not None:
                term = rule(tape, cotangent, node)
                known = cotangents.get(value)
                cotangents[value] = term if known is None else tape("Add", known, term)
    if target not in cotangents:
        raise ModelError(
            f"no output depends on {target.name!r}; differentiate by an input that does"
        )
    return cotangents[target]


def with_gradient(model: ir.Model, *, of: str, by: str) -> ir.Model:
    """Add the output ``gradient``: the derivative of one scalar output by one input.

    Raises:
        ModelError: when an operator in between has no gradient rule.
    """
    model = infer_shapes(model)
    graph = model.graph
    target = next(value for value in graph.inputs if value.name == by)
    loss = next(value for value in graph.outputs if value.name == of)
    assert target.dtype is not None
    tape = Tape(target.dtype)
    gradient = backward(tape, graph, {loss: tape.scalar(1.0)}, target)
    gradient = named(tape("Identity", gradient), "gradient")
    gradient.dtype, gradient.shape = target.dtype, target.shape
    for value in tape.initializers:
        value.name = f"gradient.{value.name}"
        graph.register_initializer(value)
    graph.extend(tape.nodes)
    graph.outputs.append(gradient)
    return model


def operators() -> tuple[str, ...]:
    """The operators that have a rule."""
    return tuple(sorted(RULES))


def _rules_of(node: ir.Node) -> tuple[Rule | None, ...]:
    try:
        rules = RULES[node.op_type]
    except KeyError:
        known = ", ".join(operators())
        raise ModelError(
            f"operator {node.op_type} ({node.name}) has no gradient rule; use some of {known}"
        ) from None
    return rules[: len(node.inputs)]
