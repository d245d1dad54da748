import numpy as np
import onnx_ir as ir
import pytest

from stylecore.errors import ModelError
from stylecore.models.autodiff import checks
from stylecore.models.autodiff.checks import check_vjp
from stylecore.models.autodiff.gradients import with_gradient
from stylecore.models.autodiff.tape import Tape, make_model, tensor_input

DOUBLE = ir.DataType.DOUBLE
X = np.random.default_rng(0).normal(size=(3, 4))


def forward(build):
    tape = Tape(DOUBLE)
    x, other = (tensor_input(name, [3, 4], tape) for name in ("x", "other"))
    y = build(tape, x, other)
    y.name, y.dtype = "y", DOUBLE
    return make_model(tape, "case", [x, other], [y])


def product(t, x, other):
    return t("Mul", t("Mul", x, x), other)


def feeds(other=2.0):
    return {"x": X, "other": np.full((3, 4), other)}


def test_a_right_gradient_passes_with_its_difference():
    worst = check_vjp(forward(product), feeds(), by="x", of="y")
    assert 0 <= worst < 1e-8


def test_either_input_can_be_asked_for():
    assert check_vjp(forward(product), feeds(), by="other", of="y") < 1e-8


def test_the_model_is_left_as_it_is():
    model = forward(product)
    before = ir.serde.serialize_model(model).SerializeToString()
    check_vjp(model, feeds(), by="x", of="y")
    assert ir.serde.serialize_model(model).SerializeToString() == before


def skewed(factor):
    """Gradients that are wrong by a factor, in one element alone."""

    def build(model, *, of, by):
        model = with_gradient(model, of=of, by=by)
        tape = Tape(DOUBLE)
        wrong = np.ones((3, 4))
        wrong[1, 2] = factor
        right = model.graph.outputs[-1]
        right.name = "right"
        skew = tape("Mul", right, tape.constant(wrong))
        skew.name, skew.dtype, skew.shape = "gradient", DOUBLE, right.shape
        for value in tape.initializers:
            value.name = f"skewed.{value.name}"
            model.graph.register_initializer(value)
        model.graph.extend(tape.nodes)
        model.graph.outputs[-1] = skew
        return model

    return build


def test_one_wrong_element_is_noticed(monkeypatch):
    monkeypatch.setattr(checks, "with_gradient", skewed(1.0))
    check_vjp(forward(product), feeds(), by="x", of="y")
    monkeypatch.setattr(checks, "with_gradient", skewed(1.01))
    with pytest.raises(ModelError, match="dy/dx differs from central differences by") as caught:
        check_vjp(forward(product), feeds(), by="x", of="y")
    assert "\n" not in str(caught.value)


def test_the_tolerance_decides(monkeypatch):
    monkeypatch.setattr(checks, "with_gradient", skewed(1.001))
    worst = check_vjp(forward(product), feeds(), by="x", of="y", tolerance=0.1)
    assert worst > 1e-6
    with pytest.raises(ModelError, match="differs"):
        check_vjp(forward(product), feeds(), by="x", of="y", tolerance=worst / 2)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_gradient_that_is_no_number_does_not_pass(monkeypatch):
    monkeypatch.setattr(checks, "with_gradient", skewed(np.nan))
    with pytest.raises(ModelError, match="differs from central differences by nan"):
        check_vjp(forward(product), feeds(), by="x", of="y")


def test_a_gradient_that_is_nothing_where_nothing_changes_passes():
    constant = forward(lambda t, x, other: t("Sub", x, x))
    assert check_vjp(constant, feeds(), by="x", of="y") == 0
