import numpy as np
import onnx_ir as ir
import pytest

from stylecore.errors import ModelError
from stylecore.models.autodiff import functions
from stylecore.models.autodiff.checks import check_vjp
from stylecore.models.autodiff.gradients import operators
from stylecore.models.autodiff.tape import DOMAIN, Tape, make_model, shaped, tensor_input

DOUBLE = ir.DataType.DOUBLE
FUNCTIONS = functions.gram_function(DOUBLE), functions.overlap_function(DOUBLE)
ENDS = 2**31 - 1


def pool(op):
    return lambda t, x: t(op, x, kernel_shape=[2, 2], strides=[2, 2])


def a_slice(t, x):
    return t("Slice", x, t.integers([1]), t.integers([-1]), t.integers([1]))


def matmul_with(shape, left):
    def build(t, x):
        other = t.constant(np.random.default_rng(1).normal(size=shape))
        return t("MatMul", *((other, x) if left else (x, other)))

    return build


def conv(kernel, pads):
    def build(t, x):
        weights = t.constant(np.random.default_rng(1).normal(size=kernel))
        bias = t.constant(np.arange(kernel[0], dtype=np.float64))
        return t("Conv", x, weights, bias, pads=pads, kernel_shape=list(kernel[2:]))

    return build


def gram(t, x):
    guides = t.constant(np.random.default_rng(1).uniform(size=(2, 1, 12)))
    grams, _ = t.op_multi_out("Gram", [x, guides], num_outputs=2, domain=DOMAIN)
    return grams


def broadcast(op):
    """Of an operand repeated along one axis, and along a missing one, on either side."""

    def build(t, x):
        grid = t.constant(np.random.default_rng(1).normal(size=(2, 3, 4)))
        return t(op, t(op, grid, x), x)

    return build


def overlap(t, x):
    y = t.op("Overlap", [x], domain=DOMAIN)
    return shaped(y, DOUBLE, [6, 6, None, None, 2])


def slice_to_size(t, x):
    ends = t("Sub", t("Shape", x, start=1), t.integers([1, 2]))
    return t("Slice", x, t.integers([1, 0]), ends, t.integers([1, 2]))


def pad_by_size(t, x):
    size = t("Shape", x, start=1)
    return t("Pad", x, t("Concat", size, t.integers([0, 2]), axis=0), None, t.integers([1, 2]))


def zeros_of_its_shape(t, x):
    """The sizes depend on x by name only."""
    zeros = t("Expand", t.scalar(0.0), t("Shape", x))
    return t("Add", x, t("Neg", zeros))


# The shape of x and what is done with it.
CASES = {
    "Add": ((3, 1), broadcast("Add")),
    "Sub": ((3, 1), broadcast("Sub")),
    "Mul": ((3, 1), broadcast("Mul")),
    "Neg": ((3, 4), lambda t, x: t("Neg", x)),
    "Abs": ((3, 4), lambda t, x: t("Abs", x)),
    "Relu": ((3, 4), lambda t, x: t("Relu", x)),
    "Identity": ((3, 4), lambda t, x: t("Identity", x)),
    "Reshape": ((3, 4), lambda t, x: t("Reshape", x, t.integers([2, -1]))),
    "Transpose": ((2, 3, 4), lambda t, x: t("Transpose", x, perm=[1, 2, 0])),
    "Slice": ((3, 5), a_slice),
    "Pad": ((1, 2, 4, 5), lambda t, x: t("Pad", x, t.integers([0, 0, 2, 1, 0, 0, 1, 0]))),
    "ReduceSum": ((2, 3, 4), lambda t, x: t("ReduceSum", x, t.integers([-1, 0]), keepdims=0)),
    "MatMul": ((2, 3, 4), matmul_with((4, 5), left=False)),
    "Gram": ((3, 12), gram),
    "Conv": ((1, 2, 5, 6), conv((3, 2, 3, 3), [1, 1, 1, 1])),
    "Overlap": ((4, 4, 2, 3, 2), overlap),
    "MaxPool": ((1, 2, 6, 4), pool("MaxPool")),
    "AveragePool": ((1, 2, 6, 4), pool("AveragePool")),
}

MORE = {
    "odd MaxPool": ((1, 2, 5, 7), pool("MaxPool")),
    "odd AveragePool": ((1, 2, 7, 5), pool("AveragePool")),
    "edge Pad": (
        (1, 2, 4, 5),
        lambda t, x: t("Pad", x, t.integers([0, 0, 2, 1, 0, 0, 1, 3]), mode="edge"),
    ),
    "reflect Pad": (
        (1, 2, 4, 5),
        lambda t, x: t("Pad", x, t.integers([0, 0, 2, 1, 0, 0, 1, 3]), mode="reflect"),
    ),
    "Conv without padding": ((1, 2, 5, 6), conv((3, 2, 3, 3), [0, 0, 0, 0])),
    "Conv 1×1": ((1, 2, 5, 6), conv((4, 2, 1, 1), [0, 0, 0, 0])),
    "MatMul on the right, repeated": ((3, 4), matmul_with((2, 5, 3), left=True)),
    "the same value twice": ((3, 4), lambda t, x: t("Mul", x, t("Mul", x, x))),
    "open Slice": ((3, 5), lambda t, x: t("Slice", x, t.integers([2]), t.integers([ENDS]))),
    "Slice to a size of the run": ((2, 4, 5), slice_to_size),
    "Pad by a size of the run": ((2, 3, 4), pad_by_size),
    "zeros of the same shape": ((2, 3), zeros_of_its_shape),
    "ReduceSum of everything": ((3, 5), lambda t, x: t("ReduceSum", x, keepdims=1)),
    "default Transpose": ((2, 3, 4), lambda t, x: t("Transpose", x)),
}


def forward(shape, build):
    tape = Tape(DOUBLE)
    x = tensor_input("x", shape, tape)
    y = build(tape, x)
    y.name, y.dtype = "y", DOUBLE
    return make_model(tape, "case", [x], [y], FUNCTIONS)


def point(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("name", [*CASES, *MORE])
def test_rule_agrees_with_central_differences(name):
    shape, build = (CASES | MORE)[name]
    check_vjp(forward(shape, build), {"x": point(shape)}, by="x", of="y")


def test_every_rule_has_a_case():
    assert set(CASES) == set(operators())


def test_the_check_notices_a_wrong_gradient():
    # At a kink central differences give the mean of two slopes, the rule gives one of them.
    model = forward((3,), lambda t, x: t("Relu", x))
    with pytest.raises(ModelError, match="differs from central differences"):
        check_vjp(model, {"x": np.zeros(3)}, by="x", of="y")


def test_ties_in_max_pooling_share_the_gradient():
    from onnx.reference import ReferenceEvaluator

    from stylecore.models.autodiff.gradients import with_gradient

    def total(t, x):
        pooled = pool("MaxPool")(t, x)
        return t("ReduceSum", pooled, keepdims=0)

    model = with_gradient(forward((1, 1, 2, 4), total), of="y", by="x")
    x = np.array([[5.0, 5.0, 1.0, 2.0], [5.0, 5.0, 2.0, 0.0]]).reshape(1, 1, 2, 4)
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(model))
    gradient = evaluator.run(["gradient"], {"x": x})[0]
    wanted = [[0.25, 0.25, 0.0, 0.5], [0.25, 0.25, 0.5, 0.0]]
    assert gradient.reshape(2, 4).tolist() == wanted


@pytest.mark.parametrize(
    ("shape", "build", "words"),
    [
        ((3, 4), lambda t, x: t("Exp", x), r"Exp .* has no gradient rule; use some of Abs, Add"),
        (
            (1, 2, 6, 6),
            lambda t, x: t("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2]),
            "MaxPool .* wants windows of 2×2",
        ),
        (
            (1, 2, 6, 6),
            lambda t, x: t("Conv", x, t.constant(np.ones((1, 2, 3, 3))), strides=[2, 2]),
            "Conv .* wants stride 1",
        ),
        (
            (2, 2, 3, 3),
            lambda t, x: t("Conv", t.constant(np.ones((1, 2, 5, 5))), x),
            "differentiate by its image",
        ),
        (
            (6, 4),
            lambda t, x: t("Slice", x, t.integers([0]), t.integers([2])),
            "Slice .* wants step 1",
        ),
        (
            (6, 4),
            lambda t, x: t("Slice", x, t.integers([0, 0]), t("Shape", x)),
            "Slice .* wants step 1 and its axes named",
        ),
        (
            (6, 4),
            lambda t, x: t("Pad", x, t("Concat", t("Shape", x), t("Shape", x), axis=0)),
            "Pad .* wants all pads fixed, or their axes named",
        ),
        ((3, 4), lambda t, x: t.constant(np.ones(2)), "no output depends on 'x'"),
    ],
)
def test_what_cannot_be_differentiated_is_refused_by_name(shape, build, words):
    with pytest.raises(ModelError, match=words):
        check_vjp(forward(shape, build), {"x": point(shape)}, by="x", of="y")
