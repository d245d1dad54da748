"""What records a term's operators and computes them, in float64."""

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.models.autodiff import functions
from stylecore.models.autodiff.tape import Tape, inline_functions, make_model, named, tensor_input

DOUBLE = ir.DataType.DOUBLE


@pytest.fixture(scope="session")
def evaluate():
    """Record an expression of the named inputs and compute it."""

    def evaluate(build, **feeds):
        tape = Tape(DOUBLE)
        inputs = {name: tensor_input(name, value.shape, tape) for name, value in feeds.items()}
        y = named(build(tape, *inputs.values()), "y")
        y.dtype = DOUBLE
        own = [functions.gram_function(DOUBLE), functions.root_trace_function(DOUBLE)]
        model = inline_functions(make_model(tape, "case", list(inputs.values()), [y], own))
        return ReferenceEvaluator(ir.serde.serialize_model(model)).run(None, feeds)[0]

    return evaluate


@pytest.fixture(scope="session")
def values():
    """Normal numbers of a shape, by a seed."""
    return lambda *shape, seed=0: np.random.default_rng(seed).normal(size=shape)
