import json
import os
import random
import shutil

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from stylecore.engine.artefact import FEATURES, MANIFEST, OBJECTIVE, load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.onnxscan import external_files
from stylecore.engine.session import Session
from stylecore.errors import StylecoreError
from stylecore.files import sha256_of


def outside(location, name="w"):
    """A tensor whose data lies elsewhere."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("offset", "0"), ("location", location), ("length", "8")):
        tensor.external_data.add(key=key, value=value)
    return tensor


def graph(nodes=(), initializers=(), **more):
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    return helper.make_graph(list(nodes), "g", [], [output], list(initializers), **more)


def sparse(location):
    values = outside(location)
    indices = helper.make_tensor("i", TensorProto.INT64, [2], [0, 1])
    return helper.make_sparse_tensor(values, indices, [4])


def constant(location):
    return helper.make_node("Constant", [], ["y"], value=outside(location))


def branch(location):
    inner = graph([constant(location)])
    return helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=graph())


OPSET = helper.make_opsetid("", 18)
PLACES = {
    "initializer": lambda name: helper.make_model(graph(initializers=[outside(name)])),
    "constant": lambda name: helper.make_model(graph([constant(name)])),
    "branch": lambda name: helper.make_model(graph([branch(name)])),
    "sparse": lambda name: helper.make_model(graph(sparse_initializer=[sparse(name)])),
    "sparse constant": lambda name: helper.make_model(
        graph([helper.make_node("Constant", [], ["y"], sparse_value=sparse(name))])
    ),
    "function": lambda name: helper.make_model(
        graph(),
        functions=[
            helper.make_function("d", "F", [], ["y"], [constant(name)], [OPSET]),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_location_is_found_wherever_a_tensor_can_be(place):
    model = PLACES[place]("../secret").SerializeToString()
    assert external_files(model) == {"../secret"}


def test_training_graphs_are_looked_into_too():
    model = helper.make_model(graph())
    model.training_info.add().algorithm.CopyFrom(graph(initializers=[outside("elsewhere")]))
    assert external_files(model.SerializeToString()) == {"elsewhere"}


def test_an_artefact_refers_to_its_weights_only(narrow_artefact):
    for file in (OBJECTIVE, FEATURES):
        model = narrow_artefact["max"].path(file).read_bytes()
        assert external_files(model) == {"weights.bin"}


def test_a_second_location_does_not_hide_the_first():
    tensor = outside("first")
    tensor.external_data.add(key="location", value="second")
    model = helper.make_model(graph(initializers=[tensor]))
    assert external_files(model.SerializeToString()) == {"first", "second"}


def test_a_graph_in_two_pieces_is_one_graph():
    # Protobuf merges repeated occurrences of one message.
    one, two = (PLACES["initializer"](name).SerializeToString() for name in ("one", "two"))
    assert external_files(one + two) == {"one", "two"}


def field(number, content):
    """A field of a protobuf message that has a length."""
    size, length = len(content), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


def test_deep_nesting_ends():
    graph = b""
    for _ in range(80):
        graph = field(1, field(5, field(6, graph)))  # a node, its attribute, the graph in it
    with pytest.raises(ValueError, match="too deep"):
        external_files(field(7, graph))


def error_of(call):
    """What a call raises on purpose, or None."""
    try:
        call()
    except (StylecoreError, ValueError) as error:
        return error
    return None


@given(st.binary(max_size=200))
def test_any_bytes_give_names_or_a_value_error(content):
    error = error_of(lambda: external_files(content))
    assert error is None or "ONNX model" in str(error) or "too deep" in str(error)


@pytest.fixture
def folder(narrow_artefact, tmp_path):
    return shutil.copytree(narrow_artefact["max"].folder, tmp_path / "vgg19")


def sign(folder):
    """What whoever passes on a changed artefact would do: put the right checksums into it."""
    fields = json.loads((folder / MANIFEST).read_text())
    fields["files"] = {name: sha256_of(folder / name) for name in fields["files"]}
    (folder / MANIFEST).write_text(json.dumps(fields))


@pytest.mark.parametrize(
    "location", ["../secret", "/etc/passwd", "*/_ORT_MEM_ADDR_/*", "other.bin"]
)
@pytest.mark.parametrize("file", [OBJECTIVE, FEATURES])
def test_a_graph_that_reads_another_file_is_refused(folder, file, location):
    model = onnx.load(folder / file, load_external_data=False)
    stored = next(item for item in model.graph.initializer if item.external_data)
    next(entry for entry in stored.external_data if entry.key == "location").value = location
    (folder / file).write_bytes(model.SerializeToString())
    sign(folder)
    with pytest.raises(StylecoreError, match="do not trust it") as caught:
        load_artefact(folder)
    assert location in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_graphs_with_right_checksums_give_one_of_our_errors(folder, seed):
    chance = random.Random(seed)
    path = folder / chance.choice([OBJECTIVE, FEATURES])
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    sign(folder)
    error = error_of(lambda: Session(load_artefact(folder).path(path.name), choose_engine("cpu")))
    assert error is None or isinstance(error, StylecoreError)
    assert "\n" not in str(error)


WORDS = [None, 0, -1, 1.5, True, "", "x", "relu9_9", [], ["x"], [1], [[]], {}, {"x": 1}, {"x": []}]


@given(st.data())
def test_damaged_metadata_gives_one_of_our_errors(narrow_artefact, tmp_path_factory, data):
    original = narrow_artefact["max"].folder
    fields = json.loads((original / MANIFEST).read_text())
    name = data.draw(st.sampled_from(sorted(fields)))
    fields[name] = data.draw(st.sampled_from(WORDS))
    folder = tmp_path_factory.mktemp("fuzz") / "vgg19"
    folder.mkdir()
    for file in (OBJECTIVE, FEATURES, "weights.bin"):
        os.link(original / file, folder / file)
    (folder / MANIFEST).write_text(json.dumps(fields))
    error = error_of(lambda: load_artefact(folder))
    assert error is None or isinstance(error, StylecoreError)
    assert "\n" not in str(error)
    assert error is not None or name in TEXTS or fields[name] is True  # True is 1 to Python


TEXTS = ("name", "pooling", "source", "source_sha256", "licence", "storage", "gradient")


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "nul\udc80"])
def test_names_that_no_file_can_have_are_refused(folder, name):
    fields = json.loads((folder / MANIFEST).read_text())
    fields["files"][name] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(fields))
    with pytest.raises(StylecoreError, match=r"artefact|build it again"):
        load_artefact(folder)


def test_metadata_nested_without_end_is_refused(folder):
    (folder / MANIFEST).write_text("[" * 100_000)
    with pytest.raises(StylecoreError, match="cannot be read"):
        load_artefact(folder)
