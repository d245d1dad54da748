import inspect
import re

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.errors import ModelError
from stylecore.models.autodiff import functions, rules
from stylecore.models.autodiff.checks import check_vjp
from stylecore.models.autodiff.gradients import backward, operators, with_gradient
from stylecore.models.autodiff.tape import DOMAIN, Tape, make_model, shaped, tensor_input

DOUBLE = ir.DataType.DOUBLE
FUNCTIONS = (
    functions.gram_function(DOUBLE),
    functions.overlap_function(DOUBLE),
    functions.root_trace_function(DOUBLE),
)
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


def conv_by(which, kernel, image=(2, 2, 7, 8), **how):
    """A batch of two convolved: by the image, the weights or the bias, the others constant."""

    def build(t, x):
        given = [t.constant(point(shape, seed)) for seed, shape in enumerate(shapes)]
        given[which] = x
        return t("Conv", *given, kernel_shape=list(kernel[2:]), **how)

    shapes = image, kernel, (kernel[0],)
    return shapes[which], build


def resize(factors, **how):
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"} | how
    how = {"nearest_mode": "floor"} | how
    scales = np.array(factors, np.float32)
    return lambda t, x: t("Resize", x, None, t.constant(scales), **how)


def normalised(t, x):
    """Instance norm from its parts, of a batch."""
    mean = t("ReduceMean", x, t.integers([2, 3]), keepdims=1)
    away = t("Sub", x, mean)
    variance = t("ReduceMean", t("Mul", away, away), t.integers([2, 3]), keepdims=1)
    scaled = t("Div", away, t("Sqrt", t("Add", variance, t.scalar(1e-3))))
    return t("Mul", scaled, t.constant(point((3, 5, 4), seed=1)))


def gram_of(t, x, guides):
    return t.op_multi_out("Gram", [x, guides], num_outputs=2, domain=DOMAIN)


def gram(t, x):
    return gram_of(t, x, t.constant(np.random.default_rng(1).uniform(size=(2, 1, 12))))[0]


def guided(t, x):
    """The second output of Gram, which its rule does not know."""
    guides = t.constant(np.random.default_rng(1).uniform(size=(2, 1, 12)))
    _, guided = gram_of(t, x, guides)
    return guided


def sum_of_both(t, x):
    """Both outputs count, and the first alone would give a gradient."""
    grams, guided = gram_of(t, x, t.constant(np.ones((2, 1, 12))))
    return t("Add", *(t("ReduceSum", y, keepdims=0) for y in (grams, guided)))


def root_trace(t, x):
    """Of x xᵀ + I for two matrices: symmetric, whichever way x goes."""
    square = t("MatMul", x, t("Transpose", x, perm=[0, 2, 1]))
    m = t("Add", square, t.constant(np.eye(3)))
    y, inverse = t.op_multi_out(
        "RootTrace", [m, t.constant(np.eye(3))], num_outputs=2, domain=DOMAIN
    )
    shaped(inverse, DOUBLE, [2, 3, 3])
    return shaped(y, DOUBLE, [2, 1, 1])


def beside(t, x):
    """x between two others."""
    first, last = (t.constant(np.ones((2, length))) for length in (1, 3))
    return t("Concat", first, t("Mul", x, x), last, x, axis=-1)


def halves(t, x):
    return t.op_multi_out("Split", [x], {"axis": 1, "num_outputs": 2}, num_outputs=2)[1]


def broadcast(op):
    """Of an operand repeated along one axis, and along a missing one, on either side."""

    def build(t, x):
        grid = t.constant(np.random.default_rng(1).normal(size=(2, 3, 4)))
        return t(op, t(op, grid, x), x)

    return build


def quotients(t, x):
    """Above and below the line, repeated along one axis and along a missing one."""
    grid = t.constant(np.random.default_rng(1).normal(size=(2, 3, 4)))
    positive = t("Add", t("Mul", x, x), t.scalar(0.5))
    return t("Div", t("Div", x, t("Add", t("Mul", grid, grid), t.scalar(0.5))), positive)


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
    "Div": ((3, 1), quotients),
    "Neg": ((3, 4), lambda t, x: t("Neg", x)),
    "Abs": ((3, 4), lambda t, x: t("Abs", x)),
    "Relu": ((3, 4), lambda t, x: t("Relu", x)),
    "Sqrt": ((3, 4), lambda t, x: t("Sqrt", t("Add", t("Mul", x, x), t.scalar(0.1)))),
    "Tanh": ((3, 4), lambda t, x: t("Tanh", x)),
    "Clip": ((3, 4), lambda t, x: t("Clip", x, t.scalar(-0.5), t.scalar(0.8))),
    "Identity": ((3, 4), lambda t, x: t("Identity", x)),
    "Reshape": ((3, 4), lambda t, x: t("Reshape", x, t.integers([2, -1]))),
    "Transpose": ((2, 3, 4), lambda t, x: t("Transpose", x, perm=[1, 2, 0])),
    "Slice": ((3, 5), a_slice),
    "Pad": ((1, 2, 4, 5), lambda t, x: t("Pad", x, t.integers([0, 0, 2, 1, 0, 0, 1, 0]))),
    "Concat": ((2, 4), beside),
    "ReduceSum": ((2, 3, 4), lambda t, x: t("ReduceSum", x, t.integers([-1, 0]), keepdims=0)),
    "ReduceMean": ((2, 3, 4), lambda t, x: t("ReduceMean", x, t.integers([-1, 0]), keepdims=0)),
    "MatMul": ((2, 3, 4), matmul_with((4, 5), left=False)),
    "Gram": ((3, 12), gram),
    "RootTrace": ((2, 3, 4), root_trace),
    "Conv": ((1, 2, 5, 6), conv((3, 2, 3, 3), [1, 1, 1, 1])),
    "Overlap": ((4, 4, 2, 3, 2), overlap),
    "MaxPool": ((1, 2, 6, 4), pool("MaxPool")),
    "AveragePool": ((1, 2, 6, 4), pool("AveragePool")),
    "Resize": ((2, 2, 3, 4), resize([1, 1, 2, 2])),
}

STRIDED = {"strides": [2, 2]}
MORE = {
    "Conv by its weights": conv_by(1, (3, 2, 3, 3)),
    "Conv by its bias": conv_by(2, (3, 2, 3, 3)),
    "padded Conv by its weights": conv_by(1, (3, 2, 3, 5), pads=[1, 2, 0, 2]),
    "Conv 1×1 by its weights": conv_by(1, (3, 2, 1, 1)),
    "a batch of Conv": conv_by(0, (3, 2, 3, 3), pads=[1, 1, 1, 1]),
    "strided Conv": conv_by(0, (3, 2, 3, 3), **STRIDED),
    "strided Conv that leaves a row": conv_by(0, (3, 2, 3, 3), (2, 2, 8, 9), **STRIDED),
    "strided Conv with padding": conv_by(0, (3, 2, 3, 3), pads=[1, 1, 0, 1], **STRIDED),
    "strided Conv 4×5": conv_by(0, (3, 2, 4, 5), pads=[1, 2, 2, 1], **STRIDED),
    "Conv of stride 3": conv_by(0, (3, 2, 3, 4), (1, 2, 9, 10), strides=[3, 3]),
    "strided Conv 1×1": conv_by(0, (3, 2, 1, 1), **STRIDED),
    "strided Conv by its weights": conv_by(1, (3, 2, 3, 3), pads=[1, 1, 0, 1], **STRIDED),
    "strided Conv by its bias": conv_by(2, (3, 2, 3, 3), **STRIDED),
    "Conv along one axis by its weights": conv_by(1, (3, 2, 3), (2, 2, 7)),
    "Resize by 3 and 1": ((1, 2, 3, 4), resize([1, 1, 3, 1])),
    "ReduceMean of everything": ((3, 5), lambda t, x: t("ReduceMean", x, keepdims=1)),
    "instance norm": ((2, 3, 5, 4), normalised),
    "reflect Pad of what is hardly larger": (
        (1, 2, 3, 4),
        lambda t, x: t("Pad", x, t.integers([0, 0, 2, 3, 0, 0, 2, 3]), mode="reflect"),
    ),
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
    "Gram by its guides": (
        (2, 1, 12),
        lambda t, x: gram_of(t, t.constant(np.random.default_rng(1).normal(size=(3, 12))), x)[0],
    ),
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


def test_the_table_of_contents_of_the_rules_is_what_is_there():
    lines = re.findall(r"^    (\w+): (.+)$", rules.__doc__, re.MULTILINE)
    found = [
        (
            family.__name__.rpartition(".")[2],
            re.findall(r'^define\(\s*"(\w+)"', inspect.getsource(family), re.MULTILINE),
        )
        for family in rules.FAMILIES
    ]
    assert found == [(name, operators.split(", ")) for name, operators in lines]


def test_the_check_notices_a_wrong_gradient():
    # At a kink central differences give the mean of two slopes, the rule gives one of them.
    model = forward((3,), lambda t, x: t("Relu", x))
    with pytest.raises(ModelError, match="differs from central differences"):
        check_vjp(model, {"x": np.zeros(3)}, by="x", of="y")


def test_ties_in_max_pooling_share_the_gradient():
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
            lambda t, x: t("Conv", x, t.constant(np.ones((2, 1, 3, 3))), group=2),
            "Conv .* wants dilation 1, one group",
        ),
        (
            (1, 2, 6, 6),
            lambda t, x: t("Conv", x, t.constant(np.ones((1, 2, 3, 3))), strides=[2, 1]),
            "Conv .* wants the same stride along both axes",
        ),
        (
            (1, 2, 7),
            lambda t, x: t("Conv", x, t.constant(np.ones((1, 2, 3))), strides=[2]),
            "Conv .* wants two axes where the stride is not 1",
        ),
        ((1, 2, 3, 3), resize([1, 1, 2, 2], mode="linear"), "Resize .* wants nearest, asymmetric"),
        ((1, 2, 3, 3), resize([1, 1, 1.5, 2]), "Resize .* wants four factors"),
        (
            (),
            lambda t, x: t("Clip", t.constant(np.ones(3)), x),
            "Clip .* the bounds are constant",
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
        ((3, 4), halves, r"operator Split \(.+\) is reached through its output 1 \(.+\)"),
        ((3, 12), guided, r"operator Gram \(.+\) is reached through its output 1 \(.+\)"),
        ((3, 12), sum_of_both, r"operator Gram \(.+\) is reached through its output 1 \(.+\)"),
        (
            (),
            lambda t, x: t("Pad", t.constant(np.ones(3)), t.integers([1, 1]), x),
            "Pad .* the fill is constant",
        ),
    ],
)
def test_what_cannot_be_differentiated_is_refused_by_name(shape, build, words):
    with pytest.raises(ModelError, match=words) as caught:
        check_vjp(forward(shape, build), {"x": point(shape)}, by="x", of="y")
    assert "\n" not in str(caught.value)


def layered():
    """y = relu(x w + b) with an input b, weights w as an initializer, and an unused input."""
    tape = Tape(DOUBLE)
    x, b, unused = (tensor_input(n, s, tape) for n, s in (("x", [3, 4]), ("b", [5]), ("u", [2])))
    w = tape.initializer(ir.tensor(point((4, 5), seed=2), name="w"))
    y = tape("Relu", tape("Add", tape("MatMul", x, w), b))
    total = tape("ReduceSum", tape("Mul", y, y), keepdims=0)
    for value, name in ((y, "y"), (total, "total")):
        value.name, value.dtype = name, DOUBLE
    return make_model(tape, "layered", [x, b, unused], [y, total])


def of_layered(*names):
    shapes = {"x": (3, 4), "b": (5,), "u": (2,), "w": (4, 5)}
    return {name: point(shapes[name], seed=2) for name in names}


@pytest.mark.parametrize("by", [("x", "b"), ("w", "x"), ("b", "w", "x"), ("w",), "w"])
def test_several_inputs_and_weights_agree_with_central_differences(by):
    check_vjp(layered(), of_layered("x", "b", "u", "w"), by=by, of="y")


def test_features_and_guides_at_once_agree_with_central_differences():
    tape = Tape(DOUBLE)
    x, guides = tensor_input("x", [3, 12], tape), tensor_input("guides", [2, 1, 12], tape)
    y, _ = gram_of(tape, x, guides)
    y.name, y.dtype = "y", DOUBLE
    model = make_model(tape, "case", [x, guides], [y], FUNCTIONS)
    feeds = {"x": point((3, 12)), "guides": point((2, 1, 12), seed=1)}
    check_vjp(model, feeds, by=("x", "guides"), of="y")


def test_each_gradient_is_that_of_its_target_alone():
    feeds = of_layered("x", "b", "u")
    names = ["gradient.w", "gradient.x"]
    both = with_gradient(layered(), of="total", by=["w", "x"])
    assert [value.name for value in both.graph.outputs] == ["y", "total", *names]
    together = ReferenceEvaluator(ir.serde.serialize_model(both)).run(names, feeds)
    for name, found in zip(("w", "x"), together, strict=True):
        alone = ir.serde.serialize_model(with_gradient(layered(), of="total", by=name))
        wanted = ReferenceEvaluator(alone).run(["gradient"], feeds)[0]
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (["x", "u"], "no output depends on 'u'"),
        (["x", "z"], "the graph has no 'z' to differentiate; it has x, b, u, w"),
        ("z", "the graph has no 'z'"),
    ],
)
def test_a_target_that_counts_for_nothing_is_named(by, words):
    with pytest.raises(ModelError, match=words):
        with_gradient(layered(), of="total", by=by)


def test_a_value_between_is_a_target_too_and_seeds_elsewhere_count_for_nothing():
    """z = 2 y with y = −x: ∂z/∂y is 2 and ∂z/∂x is −2, whatever the seed of a constant is."""
    tape = Tape(DOUBLE)
    x = tensor_input("x", [3], tape)
    y = tape("Neg", x)
    z = tape("Mul", y, tape.scalar(2))
    other = tape("Neg", tape.constant(np.ones(3)))
    for value in (y, z, other):
        value.dtype, value.shape = DOUBLE, ir.Shape([3])
    model = make_model(tape, "case", [x], [z, other])
    after, one = Tape(DOUBLE), tape.constant(np.ones(3))
    by_y, by_x = backward(after, model.graph, {z: one, other: one}, [y, x])
    model.graph.extend(after.nodes)
    for index, (value, name) in enumerate(((by_y, "by_y"), (by_x, "by_x"))):
        value.name, value.dtype, value.shape = name, DOUBLE, ir.Shape([3])
        model.graph.outputs.insert(index, value)
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(model))
    found = evaluator.run(["by_y", "by_x"], {"x": np.zeros(3)})
    assert [values.tolist() for values in found] == [[2, 2, 2], [-2, -2, -2]]
