"""The numerical check of gradients: the derivative by the rules against central differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from ...errors import ModelError
from .gradients import with_gradient
from .tape import Tape, named

Array = NDArray[np.float64]


def check_vjp(
    model: ir.Model,
    feeds: Mapping[str, Array],
    *,
    by: str | Sequence[str],
    of: str,
    step: float = 1e-6,
    directions: int = 3,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> float:
    """Compare the gradient graph of a model with central differences, in float64.

    The output y is contracted with a random v, so that all of it counts: the derivative of
    ⟨v, y(x + t·d)⟩ by t is compared for random directions d, in all that is asked for at once.

    Args:
        model: a forward model whose floating-point inputs are float64; it is left as it is.
        feeds: its inputs, by name; an initializer may be given too.
        by: the input to differentiate by, or several.
        of: the output to differentiate.
        step: length of the difference on either side.
        directions: how many d are tried.
        tolerance: the largest relative difference that passes.
        seed: of v and d.

    Returns:
        The largest relative difference.

    Raises:
        ModelError: when it exceeds the tolerance, or an operator has no rule.
    """
    rng = np.random.default_rng(seed)
    names = (by,) if isinstance(by, str) else tuple(by)
    forward = _evaluator(model)

    def output(t: float, d: Mapping[str, Array]) -> Array:
        return forward([of], {**feeds, **{name: feeds[name] + t * d[name] for name in names}})[0]

    v = rng.normal(size=forward([of], feeds)[0].shape)
    differentiated = with_gradient(_contracted(model, of, v), of="contracted", by=by)
    gradients = [str(value.name) for value in differentiated.graph.outputs[-len(names) :]]
    exact = _evaluator(differentiated)(gradients, feeds)
    worst = 0.0
    for _ in range(directions):
        d = {name: rng.normal(size=feeds[name].shape) for name in names}
        numeric = float(np.vdot(v, output(step, d) - output(-step, d))) / (2 * step)
        slope = sum(float(np.vdot(g, d[name])) for g, name in zip(exact, names, strict=True))
        difference = abs(numeric - slope) / max(abs(numeric), abs(slope), 1e-12)
        # Python's max would drop a NaN.
        worst = float(np.maximum(worst, difference))
    if not worst <= tolerance:
        raise ModelError(
            f"d{of}/d{','.join(names)} differs from central differences by {worst:.2g} (relative),"
            f" more than {tolerance:.2g}: a gradient rule is wrong, or the point is at a kink"
        )
    return worst


def _evaluator(model: ir.Model) -> Callable[[list[str], Mapping[str, Array]], list[Array]]:
    """(outputs' names, feeds) ↦ outputs, in the precision of the feeds."""
    evaluator: Any = ReferenceEvaluator(ir.serde.serialize_model(model))
    return lambda names, feeds: evaluator.run(names, dict(feeds))


def _contracted(model: ir.Model, of: str, v: Array) -> ir.Model:
    """A copy of the model whose output is the scalar ⟨v, y⟩."""
    model = model.clone()
    graph = model.graph
    y = next(value for value in graph.outputs if value.name == of)
    tape = Tape(ir.DataType.DOUBLE)
    product = tape("Mul", y, tape.constant(v.astype(np.float64)))
    scalar = named(tape("ReduceSum", product, keepdims=0), "contracted")
    scalar.dtype, scalar.shape = ir.DataType.DOUBLE, ir.Shape([])
    for value in tape.initializers:
        value.name = f"check.{value.name}"
        graph.register_initializer(value)
    graph.extend(tape.nodes)
    graph.outputs[:] = [scalar]
    return model
