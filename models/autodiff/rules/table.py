"""The table of rules: what a rule is, how one is entered, and what rules ask of a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import onnx_ir as ir

from ....errors import ModelError
from ..tape import Tape

Rule: TypeAlias = Callable[[Tape, ir.Value, ir.Node], ir.Value]
"""(tape, ȳ, node) → x̄ for the input that the rule stands for."""

RULES: dict[str, tuple[Rule | None, ...]] = {}


def define(op_type: str, *rules: Rule | None) -> None:
    """Register one rule per input; None for inputs that carry no gradient (axes, shapes)."""
    RULES[op_type] = rules


def given(node: ir.Node, index: int = 0) -> ir.Value:
    """An input of a node, which must be there."""
    value = node.inputs[index]
    assert value is not None
    return value


def dims(value: ir.Value) -> list[int | None]:
    """The sizes of a value, None for those known only when the graph runs.

    Raises:
        ModelError: when not even their number is known.
    """
    if value.shape is None:
        raise ModelError(f"the rank of {value.name!r} is unknown; infer the graph's shapes first")
    return [dim if isinstance(dim, int) else None for dim in value.shape]


def ints(node: ir.Node, name: str, default: list[int]) -> list[int]:
    """An attribute of whole numbers."""
    attribute = node.attributes.get(name)
    return default if attribute is None else list(attribute.as_ints())


def constant(node: ir.Node, index: int, what: str) -> list[int]:
    """The whole numbers of a constant input.

    Raises:
        ModelError: when it is none.
    """
    tensor = ir.convenience.get_const_tensor(given(node, index))
    if tensor is None:
        raise ModelError(f"{node.op_type} ({node.name}): {what} must be constant")
    return [int(item) for item in tensor.numpy().reshape(-1)]


def require(node: ir.Node, holds: bool, wanted: str) -> None:
    """Make sure of what a rule wants of a node.

    Raises:
        ModelError: when it does not hold.
    """
    if not holds:
        raise ModelError(f"{node.op_type} ({node.name}): its gradient rule wants {wanted}")


def refuse(words: str) -> Rule:
    """The rule of an input that could carry a gradient, and that must be constant here."""

    def rule(_t: Tape, _g: ir.Value, n: ir.Node) -> ir.Value:
        raise ModelError(f"{n.op_type} ({n.name}): {words}")

    return rule
