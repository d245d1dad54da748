import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.models.autodiff.tape import (
    IR_VERSION,
    OPSET,
    Tape,
    infer_shapes,
    inline_functions,
    make_model,
    named,
    tensor_input,
    write_model,
)


def halved_sum(dtype=ir.DataType.FLOAT):
    """y = (x + 1) / 2, in x's own element type."""
    tape = Tape(dtype)
    x = tensor_input("x", ["n", 3], tape)
    y = named(tape("Div", tape("Add", x, tape.scalar(1)), tape.scalar(2)), "y")
    y.dtype, y.shape = dtype, x.shape
    return make_model(tape, "halved", [x], [y])


@pytest.mark.parametrize("dtype", [ir.DataType.FLOAT, ir.DataType.DOUBLE])
def test_what_is_recorded_is_computed(dtype):
    model = ir.serde.serialize_model(halved_sum(dtype))
    x = np.arange(6, dtype=dtype.numpy()).reshape(2, 3)
    y = ReferenceEvaluator(model).run(None, {"x": x})[0]
    assert y.dtype == x.dtype
    assert y.tolist() == ((x + 1) / 2).tolist()


def test_equal_constants_are_shared_and_others_are_not():
    tape = Tape()
    one = tape.scalar(1)
    assert tape.scalar(1.0) is one
    assert tape.integers([1, 2]) is tape.integers((1, 2))
    others = [
        tape.scalar(2),
        tape.integers([1]),
        tape.constant(np.array([1], np.float32)),
        tape.constant(np.array(1, np.float64)),
        tape.constant(np.array([[1]], np.int64)),
        tape.constant(np.array(np.float32(1).view(np.int32))),
    ]
    assert len({id(value) for value in (one, *others)}) == 7
    assert len({value.name for value in tape.initializers}) == len(tape.initializers)


def test_scalars_have_the_tapes_type_and_no_dimension():
    value = Tape(ir.DataType.DOUBLE).scalar(0.5).const_value
    assert value.dtype == ir.DataType.DOUBLE
    assert list(value.shape) == []
    assert value.numpy() == 0.5


def test_the_standard_and_its_version_are_declared():
    model = halved_sum()
    assert model.opset_imports == {"": OPSET}
    assert model.ir_version == IR_VERSION
    assert model.graph.name == "halved"


def test_shapes_are_inferred_with_their_symbols():
    model = infer_shapes(halved_sum())
    product = model.graph.node(0).outputs[0]
    assert [str(dim) for dim in product.shape] == ["n", "3"]
    assert product.dtype == ir.DataType.FLOAT


def with_function():
    inner = Tape()
    a = ir.val("a", dtype=ir.DataType.FLOAT, shape=["n"])
    body = ir.Graph(
        [a], [inner("Mul", a, a)], nodes=inner.nodes, opset_imports={"": OPSET}, name="square"
    )
    square = ir.Function("ours", "Square", graph=body, attributes={})
    tape = Tape()
    x = tensor_input("x", ["n"], tape)
    y = named(tape.op("Square", [tape.op("Square", [x], domain="ours")], domain="ours"), "y")
    y.dtype, y.shape = ir.DataType.FLOAT, ir.Shape(["n"])
    return make_model(tape, "fourth power", [x], [y], [square])


def test_functions_are_replaced_by_what_they_compute():
    model = with_function()
    assert model.opset_imports == {"": OPSET, "ours": 1}
    inlined = inline_functions(model)
    assert [node.op_type for node in inlined.graph] == ["Mul", "Mul"]
    assert inlined.opset_imports == {"": OPSET}
    assert not inlined.functions
    x = np.array([1.0, -2.0, 3.0], np.float32)
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(inlined))
    assert evaluator.run(["y"], {"x": x})[0].tolist() == [1, 16, 81]


def test_a_written_model_is_what_was_given(tmp_path):
    path = tmp_path / "model.onnx"
    write_model(halved_sum(), path)
    model = onnx.load(path)
    onnx.checker.check_model(model)
    assert model.producer_name == "stylecore"
    assert [node.op_type for node in model.graph.node] == ["Add", "Div"]


def test_a_model_against_the_standard_is_not_let_through(tmp_path):
    tape = Tape()
    x = tensor_input("x", ["n"], tape)
    y = named(tape("NoSuchOperator", x), "y")
    y.dtype, y.shape = ir.DataType.FLOAT, ir.Shape(["n"])
    with pytest.raises(onnx.checker.ValidationError, match="NoSuchOperator"):
        write_model(make_model(tape, "wrong", [x], [y]), tmp_path / "model.onnx")
