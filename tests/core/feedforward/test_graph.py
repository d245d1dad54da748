"""Cutting graphs, against onnx's own reading of the same files."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.feedforward.graph import Graph
from stylecore.feedforward.summaries import InstanceNorm, Mean


@pytest.fixture(scope="module")
def graph(painter_file):
    return Graph(painter_file.read_bytes())


def run(path, data, outputs=None, **inputs):
    session = Session(path, choose_engine("cpu"), data=data)
    return session(outputs or session.outputs, **inputs)


def picture(height=40, width=48):
    shape = (1, 3, height, width)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


def test_operators_are_those_that_onnx_reads(painter_file, graph):
    model = onnx.load(painter_file)
    nodes = [(one.op_type, tuple(one.input), tuple(one.output)) for one in model.graph.node]
    assert [(one.kind, one.inputs, one.outputs) for one in graph.nodes] == nodes
    assert graph.inputs == ("image",)
    assert graph.outputs == ("styled",)


def test_weights_that_are_listed_as_inputs_are_none(zoo_file):
    assert len(onnx.load(zoo_file).graph.input) > 10
    assert Graph(zoo_file.read_bytes()).inputs == ("input1",)


@pytest.mark.parametrize("norm", ["instance", "means", "none"])
def test_summaries_are_found(feedforward, tmp_path, norm):
    graph = Graph(feedforward.build(tmp_path / "n.onnx", norm=norm).read_bytes())
    kinds = [type(one) for one in graph.summaries]
    assert kinds == {"instance": 5 * [InstanceNorm], "means": 10 * [Mean], "none": []}[norm]
    if norm == "instance":
        assert graph.summaries[0].epsilon == pytest.approx(1e-5)


@pytest.mark.parametrize("written", ["attribute", "initializer", "constant", "packed"])
@pytest.mark.parametrize(
    ("axes", "keepdims", "found"),
    [
        ([2, 3], 1, (2, 3)),
        ([-1, -2], None, (2, 3)),
        ([1, 2], 1, (1, 2)),
        ([1, 2, 3], 1, (1, 2, 3)),
        ([3], 1, None),
        ([2, 3], 0, None),
    ],
)
def test_means_over_the_picture_are_told_from_others(written, axes, keepdims, found):
    stored, nodes, inputs = [], [], ["x"]
    how = {} if keepdims is None else {"keepdims": keepdims}
    tensor = helper.make_tensor("axes", TensorProto.INT64, [len(axes)], axes)
    if written == "attribute":
        how["axes"] = axes
    elif written == "constant":
        nodes.append(helper.make_node("Constant", [], ["axes"], value=tensor))
    else:
        raw = numpy_helper.from_array(np.array(axes, np.int64), "axes")
        stored.append(tensor if written == "packed" else raw)
    if written != "attribute":
        inputs.append("axes")
    nodes.append(helper.make_node("ReduceMean", inputs, ["y"], **how))
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 8, 8]) for n in "xy"]
    model = helper.make_model(helper.make_graph(nodes, "g", values[:1], values[1:], stored))
    summaries = Graph(model.SerializeToString()).summaries
    assert [one.axes for one in summaries] == ([] if found is None else [found])


def test_what_a_branch_takes_from_outside_is_kept():
    value = helper.make_tensor_value_info
    inner = helper.make_graph(
        [helper.make_node("Add", ["a", "a"], ["b"])], "i", [], [value("b", 1, None)]
    )
    other = helper.make_graph(
        [helper.make_node("Neg", ["a"], ["c"])], "o", [], [value("c", 1, None)]
    )
    nodes = [
        helper.make_node("Relu", ["x"], ["a"]),
        helper.make_node("If", ["flag"], ["y"], then_branch=inner, else_branch=other),
    ]
    flag = numpy_helper.from_array(np.array(True), "flag")
    values = [value(name, TensorProto.FLOAT, [1, 3, None, None]) for name in "xy"]
    model = helper.make_model(
        helper.make_graph(nodes, "g", values[:1], values[1:], [flag]),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=8,
    )
    cut = onnx.load_from_string(Graph(model.SerializeToString()).cut(["y"]))
    assert [one.op_type for one in cut.graph.node] == ["Relu", "If"]


def test_a_file_of_endlessly_many_parts_is_none():
    node = onnx.NodeProto(op_type="Relu", input=["x"], output=["x"])
    model = onnx.ModelProto(graph=onnx.GraphProto(node=[node] * 10_001))
    with pytest.raises(ValueError, match="more than 10000 parts"):
        Graph(model.SerializeToString())


def test_a_part_gives_what_the_whole_has_there(painter_file, graph):
    first = graph.summaries[0]
    (features,) = run(painter_file, graph.cut([first.features]), image=picture())
    (again, copied) = run(painter_file, graph.cut([graph.outputs[0], "image"]), image=picture())
    (whole,) = run(painter_file, None, image=picture())
    assert features.shape == (1, 4, 40, 48)
    assert np.array_equal(again, whole)
    assert np.array_equal(copied, picture())
    assert len(onnx.load_from_string(graph.cut([first.features])).graph.node) < len(graph.nodes) / 3


def test_a_known_value_takes_the_place_of_what_computes_it(painter_file, graph):
    name = graph.summaries[1].features
    (known,) = run(painter_file, graph.cut([name]), image=picture())
    data = graph.cut(graph.outputs, [name])
    kinds = [one.op_type for one in onnx.load_from_string(data).graph.node]
    assert kinds.count("Conv") == len([one for one in graph.nodes if one.kind == "Conv"]) - 2
    (found,) = run(painter_file, data, image=picture(), **{name: known})
    (whole,) = run(painter_file, None, image=picture())
    np.testing.assert_allclose(found, whole, atol=1e-3)


def test_given_values_have_as_many_axes_as_is_said(graph):
    name = graph.summaries[1].features
    for ranks, wanted in ({}, None), ({name: 4}, 4):
        model = onnx.load_from_string(graph.cut(graph.outputs, [name], ranks=ranks))
        (given,) = (one.type.tensor_type for one in model.graph.input if one.name == name)
        assert given.elem_type == TensorProto.FLOAT
        assert (len(given.shape.dim) if given.HasField("shape") else None) == wanted
        assert not any(one.HasField("dim_value") for one in given.shape.dim)


@pytest.mark.parametrize("norm", ["instance", "means"])
def test_with_its_summaries_given_a_graph_is_the_same_function(feedforward, tmp_path, norm):
    path = feedforward.build(tmp_path / "n.onnx", norm=norm)
    graph = Graph(path.read_bytes())
    given = {}
    for number, one in enumerate(graph.summaries):
        names = [one.features, *one.wanted]
        data = graph.cut(names, (), graph.summaries[:number])
        features, *wanted = run(path, data, image=picture(), **given)
        if norm == "means":
            given[one.output] = features.mean(axis=one.axes, keepdims=True)
            continue
        # y = γ (x − μ) / √(σ² + ε) + β, in NumPy
        gamma, beta = (value.reshape(1, -1, 1, 1) for value in wanted)
        deviation = np.sqrt(features.var(axis=(2, 3), keepdims=True) + 1e-5)
        given[one.given[0]] = gamma / deviation
        mean = features.mean(axis=(2, 3), keepdims=True)
        given[one.given[1]] = beta - mean * gamma / deviation
    (found,) = run(path, graph.cut(graph.outputs, (), graph.summaries), image=picture(), **given)
    (whole,) = run(path, None, image=picture())
    np.testing.assert_allclose(found, whole, atol=2e-3)


def test_sizes_set_free_change_nothing_else(zoo_file):
    graph = Graph(zoo_file.read_bytes())
    model = onnx.load_from_string(graph.freed())
    (given,) = model.graph.input
    assert [one.dim_value for one in given.type.tensor_type.shape.dim] == [1, 3, 0, 0]
    (whole,) = run(zoo_file, None, input1=picture(224, 224))
    (free,) = run(zoo_file, graph.freed(), input1=picture(224, 224))
    np.testing.assert_allclose(free, whole, atol=1e-3)
    assert run(zoo_file, graph.freed(), input1=picture(64, 40))[0].shape == (1, 3, 64, 40)
