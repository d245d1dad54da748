import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from stylecore.engine.engines import choose_engine
from stylecore.errors import ModelError, StylecoreError
from stylecore.feedforward import opening as module
from stylecore.feedforward.opening import open_network


@pytest.fixture(scope="module")
def engine():
    return choose_engine("cpu", 1)


@pytest.fixture
def opened(engine, feedforward, tmp_path):
    """Writes a network and opens it."""

    def opened(**form):
        return open_network(feedforward.build(tmp_path / "net.onnx", **form), engine)

    return opened


def picture(height=45, width=53):
    shape = (1, 3, height, width)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


def by_reference(path, image):
    """What onnx's own evaluator makes of a picture."""
    evaluator = ReferenceEvaluator(str(path))
    return evaluator.run(None, {evaluator.input_names[0]: image})[0]


def test_ours_is_painted_as_onnx_itself_does(opened):
    network = opened()
    found = network(picture())
    assert network.about["stylecore.style"] == "night.jpg"
    assert (network.notes, network.multiple, network.size) == ((), 1, None)
    np.testing.assert_allclose(found, by_reference(network.path, picture()), atol=2e-3)
    assert found.dtype == np.float32


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (33, 64), (101, 34)])
def test_any_size_comes_out_as_it_is(opened, size):
    network = opened(any_size=False, about=None)
    assert network.multiple == 2
    found = network(picture(*size))
    assert found.shape == (1, 3, *size)
    assert 0 <= found.min() <= found.max() <= 255


@pytest.mark.parametrize("levels", ["byte", "unit", "signed"])
@pytest.mark.parametrize("last", [False, True], ids=["channels first", "channels last"])
@pytest.mark.parametrize("batch", [1, 3, "N"])
def test_others_are_recognised(opened, levels, last, batch):
    foreign = opened(levels=levels, last=last, batch=batch, about=None)
    assert foreign.levels.name == levels
    ours = opened()  # of the same weights
    np.testing.assert_allclose(foreign(picture()), ours(picture()), atol=0.05)


def test_what_was_assumed_of_another_is_said(engine, zoo_file):
    network = open_network(zoo_file, engine)
    size, levels = network.notes
    assert size == f"{zoo_file} is made for pictures of 224×224, and was set free to take any size"
    assert levels == f"{zoo_file} seems to count colours as 0–255; --range says otherwise"
    assert network(picture(60, 300)).shape == (1, 3, 60, 300)
    assert open_network(zoo_file, engine, "byte").notes == (size,)


def test_at_its_own_size_the_zoos_is_painted_as_onnx_itself_does(engine, zoo_file):
    image = picture(224, 224)
    found = open_network(zoo_file, engine)(image)
    model = onnx.load(zoo_file)
    for one in model.graph.input[1:]:  # onnx's evaluator wants all that is listed
        assert one.name in {stored.name for stored in model.graph.initializer}
    del model.graph.input[1:]
    wanted = ReferenceEvaluator(model).run(None, {"input1": image})[0]
    np.testing.assert_allclose(found, wanted.clip(0, 255), atol=5e-3)


@pytest.fixture
def stuck_file(feedforward, tmp_path):
    """A network whose size stands in the middle of its graph as well."""
    to = feedforward.Recorder(18, 0)
    x = to.convolution("input1", 3, 3, 3)
    x = to("Reshape", x, to.constant([1, 3, 48, 64], np.int64))
    x = to("Mul", to("Tanh", x), to.constant(0.5))
    to("Add", x, to.constant(0.5), name="output1")
    return feedforward.write(tmp_path / "stuck.onnx", to, "input1", "output1", size=(48, 64))


def test_a_size_that_cannot_be_set_free_is_the_one_that_all_are_resized_to(engine, stuck_file):
    network = open_network(stuck_file, engine)
    assert network.size == (48, 64)
    note = "is made for pictures of 64×48 alone: all are resized to that, and back again"
    assert note in network.notes[0]
    assert network(picture(33, 90)).shape == (1, 3, 33, 90)
    same = network(picture(48, 64))
    given = network.enter(picture(48, 64))
    np.testing.assert_allclose(same, network.leave(network.run(given)))


@pytest.mark.parametrize(
    ("kind", "levels"), [(TensorProto.UINT8, "byte"), (TensorProto.FLOAT16, "unit")]
)
def test_other_types_of_numbers(engine, feedforward, tmp_path, kind, levels):
    path = feedforward.build(tmp_path / "net.onnx", levels=levels, about=None)
    ours = open_network(path, engine)
    model = onnx.load(path)
    for node in model.graph.node:
        node.input[:] = ["given" if name == "input1" else name for name in node.input]
        node.output[:] = ["made" if name == "output1" else name for name in node.output]
    nodes = [helper.make_node("Cast", ["input1"], ["given"], to=TensorProto.FLOAT)]
    nodes += [*model.graph.node, helper.make_node("Cast", ["made"], ["output1"], to=kind)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.elem_type = kind
    other = tmp_path / "other.onnx"
    onnx.save(model, other)
    network = open_network(other, engine)
    assert network.levels.name == levels
    image = np.rint(picture())
    assert np.abs(network(image) - ours(image)).max() < 1.1


def simple(path, shape, *nodes, found=None, elements=TensorProto.FLOAT, about=None):
    """A file with a graph of a few operators from x to y."""
    given = helper.make_tensor_value_info("x", elements, shape)
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, found or shape)
    graph = helper.make_graph([helper.make_node(*node) for node in nodes], "g", [given], [made])
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    for key, value in (about or {}).items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


ANY = [1, 3, "h", "w"]
CASES = {
    "classifier": (
        {"shape": [1, 3, 224, 224], "found": [1, 3]},
        [("GlobalAveragePool", ["x"], ["a"]), ("Flatten", ["a"], ["y"])],
        "gives 1×3, as what tells kinds of pictures apart",
    ),
    "other kind": (
        {"shape": ANY, "about": {"stylecore.kind": "objective"}},
        [("Relu", ["x"], ["y"])],
        "is a objective of stylecore",
    ),
    "other format": (
        {"shape": ANY, "about": {"stylecore.kind": "feedforward", "stylecore.format": "9"}},
        [("Relu", ["x"], ["y"])],
        "is of format 9, not 1",
    ),
    "no range": ({"shape": ANY}, [("Sign", ["x"], ["a"]), ("Sub", ["a", "a"], ["y"])], "--range"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_network_of_pictures_is_refused_in_one_line(engine, tmp_path, case):
    how, nodes, words = CASES[case]
    path = simple(tmp_path / "net.onnx", how.pop("shape"), *nodes, **how)
    refused(path, engine, words)


def refused(path, engine, words):
    with pytest.raises(ModelError) as caught:
        open_network(path, engine)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_that_enlarges_is_refused_by_what_it_gives(engine, feedforward, tmp_path):
    to = feedforward.Recorder(18, 0)
    to("Identity", to.doubled("input1"), name="output1")
    path = feedforward.write(tmp_path / "net.onnx", to, "input1", "output1")
    refused(path, engine, "gives 1×3×262×298 for a picture of 149×131")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        (b"", "is empty"),
        (b"no network at all", "is no ONNX file"),
        (b"\x08\x08", "ONNX Runtime cannot load"),
    ],
)
def test_a_file_that_is_none(engine, tmp_path, content, words):
    path = tmp_path / "net.onnx"
    if content is not None:
        path.write_bytes(content)
    refused(path, engine, words)


def test_a_folder_a_url_and_a_giant(engine, tmp_path, monkeypatch, painter_file):
    refused(tmp_path, engine, "is a folder")
    with pytest.raises(ModelError, match="is a URL, and nothing is fetched"):
        open_network("https://example.org/style.onnx", engine)
    monkeypatch.setattr(module, "LARGEST_FILE", 1000)
    refused(painter_file, engine, "has more than")


@pytest.mark.parametrize("location", ["../secret", "weights.bin", "/etc/passwd"])
def test_weights_elsewhere_are_not_read(engine, painter_file, tmp_path, location):
    model = onnx.load(painter_file)
    stored = model.graph.initializer[2]
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    stored.external_data.add(key="location", value=location)
    path = tmp_path / "net.onnx"
    path.write_bytes(model.SerializeToString())
    refused(path, engine, f"wants data from {location!r}: do not trust it")


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_gives_one_of_our_errors_in_one_line(engine, painter_file, tmp_path, seed):
    chance = random.Random(seed)
    data = bytearray(painter_file.read_bytes())
    graph = data.index(b"Conv")  # among names and operators, more often than among weights
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(chance.choice([300, graph + 300, len(data)]))] = chance.randrange(256)
    path = tmp_path / "net.onnx"
    path.write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    try:
        network = open_network(path, engine)
        assert network(picture()).shape == (1, 3, 45, 53)
    except StylecoreError as error:
        said = str(error)
        assert "\n" not in said
        assert Path(path).name in said
