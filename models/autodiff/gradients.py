"""Reverse-mode differentiation of ONNX graphs: the walk that applies the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import onnx_ir as ir

from ...errors import ModelError
from .rules import RULES, Rule
from .tape import Tape, infer_shapes, named


def backward(
    tape: Tape,
    graph: ir.Graph,
    seeds: Mapping[ir.Value, ir.Value],
    targets: Sequence[ir.Value],
) -> list[ir.Value]:
    """Record the gradients of Σ ⟨seed, output⟩ with respect to values of the graph.

    Args:
        tape: where the gradients' operators are recorded.
        graph: holds the forward nodes, in topological order, with ranks and fixed sizes known.
        seeds: the cotangent of each output; one that no target influences counts for nothing.
        targets: the values to differentiate with respect to: the image, weights.

    Returns:
        The gradient of each target, in their order.

    Raises:
        ModelError: when an operator between targets and outputs has no rule, or is reached through
            an output that its rule does not differentiate, or no output depends on a target.
    """
    path, dependent = _influenced(graph, targets)
    cotangents = dict(seeds)
    for node in reversed(path):
        if (cotangent := _cotangent_of(node, cotangents)) is None:
            continue
        for value, rule in zip(node.inputs, _rules_of(node), strict=True):
            if value in dependent and rule is not None:
                term = rule(tape, cotangent, node)
                known = cotangents.get(value)
                cotangents[value] = term if known is None else tape("Add", known, term)
    return [_gradient_of(target, cotangents) for target in targets]


def with_gradient(model: ir.Model, *, of: str, by: str | Sequence[str]) -> ir.Model:
    """Add the derivative of one scalar output by inputs or weights, as outputs of the model.

    Args:
        model: a forward model; its graph is extended.
        of: the output to differentiate.
        by: the name of an input or an initializer, whose derivative is the output ``gradient``; or
            several names, whose derivatives are ``gradient.<name>``, in their order.

    Raises:
        ModelError: for a name that the graph lacks, and as :func:`backward`.
    """
    model = infer_shapes(model)
    graph = model.graph
    names = {by: "gradient"} if isinstance(by, str) else {name: f"gradient.{name}" for name in by}
    targets = [_find(name, (*graph.inputs, *graph.initializers.values())) for name in names]
    loss = _find(of, graph.outputs)
    assert loss.dtype is not None
    tape = Tape(loss.dtype)
    gradients = backward(tape, graph, {loss: tape.scalar(1.0)}, targets)
    for target, gradient, name in zip(targets, gradients, names.values(), strict=True):
        output = named(tape("Identity", gradient), name)
        output.dtype, output.shape = loss.dtype, target.shape
        graph.outputs.append(output)
    for value in tape.initializers:
        value.name = f"backward.{value.name}"
        graph.register_initializer(value)
    graph.extend(tape.nodes)
    return model


def operators() -> tuple[str, ...]:
    """The operators that have a rule."""
    return tuple(sorted(RULES))


def _influenced(
    graph: ir.Graph, targets: Sequence[ir.Value]
) -> tuple[list[ir.Node], set[ir.Value]]:
    """The nodes that the targets influence, in the graph's order, and their values."""
    dependent = set(targets)
    path: list[ir.Node] = []
    for node in graph:
        # Sizes are the same whatever the values are.
        if node.op_type != "Shape" and not dependent.isdisjoint(node.inputs):
            dependent.update(node.outputs)
            path.append(node)
    return path, dependent


def _cotangent_of(node: ir.Node, cotangents: Mapping[ir.Value, ir.Value]) -> ir.Value | None:
    """Of the first output; the rules know no other."""
    first, *others = node.outputs
    for index, output in enumerate(others, start=1):
        if output in cotangents:
            raise ModelError(
                f"operator {node.op_type} ({node.name}) is reached through its output {index}"
                f" ({output.name}); its gradient rule knows output 0 ({first.name}) alone"
            )
    return cotangents.get(first)


def _gradient_of(target: ir.Value, cotangents: Mapping[ir.Value, ir.Value]) -> ir.Value:
    try:
        return cotangents[target]
    except KeyError:
        raise ModelError(
            f"no output depends on {target.name!r}; differentiate by an input that does"
        ) from None


def _find(name: str, values: Iterable[ir.Value]) -> ir.Value:
    known = {value.name: value for value in values}
    if name not in known:
        names = ", ".join(filter(None, known))
        raise ModelError(f"the graph has no {name!r} to differentiate; it has {names or 'none'}")
    return known[name]


def _rules_of(node: ir.Node) -> tuple[Rule | None, ...]:
    try:
        rules = RULES[node.op_type]
    except KeyError:
        known = ", ".join(operators())
        raise ModelError(
            f"operator {node.op_type} ({node.name}) has no gradient rule; use some of {known}"
        ) from None
    return rules[: len(node.inputs)]
