import shutil
from dataclasses import replace

import onnx
import pytest

from stylecore.engine.artefact import Artefact, load_artefact
from stylecore.models.making import verification
from stylecore.models.making.build import build_artefact
from stylecore.models.making.probe import features_of, fingerprint, sample_picture
from stylecore.models.making.verification import (
    AGREEMENT_TOLERANCE,
    FEATURES_TOLERANCE,
    GRADIENT_TOLERANCE,
    agreement_error,
    features_error,
    gradient_error,
    storage_errors,
)


def test_the_gradient_of_an_artefact_passes(narrow_artefact, pooling):
    assert gradient_error(narrow_artefact[pooling]) < GRADIENT_TOLERANCE / 2


def damaged(artefact, tmp_path, change, file="objective.onnx"):
    """An artefact whose objective was changed; checksums are not looked at here."""
    folder = shutil.copytree(artefact.folder, tmp_path / "damaged")
    path = folder / file
    model = onnx.load(path, load_external_data=False)
    change(model.graph)
    path.write_bytes(model.SerializeToString())
    return Artefact(folder, artefact.manifest)


def unmasked(graph):
    """The gradient goes through the first ReLU as if it were not there."""
    masks = [node for node in graph.node if node.op_type == "Greater"]
    masks[-1].op_type = "GreaterOrEqual"


def doubled(graph):
    """The gradient comes out 1.1 times too long."""
    last = next(node for node in graph.node if "gradient" in node.output)
    graph.initializer.append(onnx.helper.make_tensor("longer", 1, [], [1.1]))
    last.op_type = "Mul"
    last.input.append("longer")


def silent(graph):
    """The gradient is zero."""
    doubled(graph)
    graph.initializer[-1].CopyFrom(onnx.helper.make_tensor("longer", 1, [], [0.0]))


def broken(graph):
    """The gradient is not a number."""
    doubled(graph)
    graph.initializer[-1].CopyFrom(onnx.helper.make_tensor("longer", 1, [], [float("nan")]))


@pytest.mark.parametrize("change", [unmasked, doubled, silent, broken])
@pytest.mark.parametrize("file", ["objective.onnx", "winograd-objective.onnx"])
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_wrong_gradient_is_found(narrow_artefact, tmp_path, change, file):
    artefact = damaged(narrow_artefact["max"], tmp_path, change, file)
    assert not gradient_error(artefact) <= GRADIENT_TOLERANCE


def without_relus(graph):
    """Consistently so: an objective's gradient is that of the network without them."""
    for node in graph.node:
        if node.op_type == "Relu":
            node.op_type = "Identity"
        if node.op_type == "Greater":  # The gradient's mask, y > 0: now it is always open.
            node.op_type = "Equal"
            node.input[1] = node.input[0]


PLAIN = ["features.onnx", "objective.onnx", "pullback.onnx"]
GRAPHS = [*PLAIN, *(f"winograd-{name}" for name in PLAIN)]


def test_the_graphs_of_an_artefact_agree(narrow_artefact, pooling):
    assert agreement_error(narrow_artefact[pooling]) < 1e-5


@pytest.mark.parametrize("file", GRAPHS)
def test_a_graph_that_computes_something_else_than_the_others_is_found(
    narrow_artefact, tmp_path, file
):
    artefact = damaged(narrow_artefact["average"], tmp_path, without_relus, file)
    assert not agreement_error(artefact) <= AGREEMENT_TOLERANCE
    if file == "objective.onnx":
        assert gradient_error(artefact) < GRADIENT_TOLERANCE  # By itself it looks right.


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_gradient_that_only_one_form_has_is_found(narrow_artefact, tmp_path):
    artefact = damaged(narrow_artefact["max"], tmp_path, doubled)
    assert agreement_error(artefact) == pytest.approx(0.1 / 1.1, abs=1e-3)


def test_kernels_of_another_network_are_found(narrow_artefact, tmp_path):
    def scaled(graph):
        last = next(node for node in graph.node if graph.output[0].name in node.output)
        graph.initializer.append(onnx.helper.make_tensor("factor", 1, [], [1.1]))
        multiply = onnx.helper.make_node("Mul", ["unscaled", "factor"], list(last.output))
        last.output[0] = "unscaled"
        graph.node.append(multiply)

    artefact = damaged(narrow_artefact["max"], tmp_path, scaled, "winograd-kernels.onnx")
    assert not agreement_error(artefact) <= AGREEMENT_TOLERANCE


def test_an_artefact_of_one_form_is_compared_with_itself(narrow_weights, tmp_path):
    """Shallow layers have no Winograd form: objective and features still know each other."""
    layers = {"content_layers": ["relu2_1"], "style_layers": ["relu1_1", "relu2_2"]}
    artefact = load_artefact(build_artefact(narrow_weights, tmp_path / "shallow", **layers))
    plain = {"cotangents.onnx", "features.onnx", "objective.onnx", "pullback.onnx"}
    assert set(artefact.manifest.files) == plain | {"weights.bin"}
    assert agreement_error(artefact) < 1e-5
    wrong = damaged(artefact, tmp_path, without_relus, "features.onnx")
    assert not agreement_error(wrong) <= AGREEMENT_TOLERANCE


@pytest.fixture
def table(narrow_artefact, monkeypatch):
    """As if the narrow network's numbers had been measured and stored."""
    features = features_of(narrow_artefact["max"], sample_picture())
    numbers = {name: list(fingerprint(values)) for name, values in features.items()}
    monkeypatch.setattr(verification, "_table", lambda: {"random": {"max": numbers}})


@pytest.mark.usefixtures("table")
def test_features_are_compared_with_stored_numbers(narrow_artefact):
    assert features_error(narrow_artefact["max"]) < 1e-6
    assert features_error(narrow_artefact["average"]) is None


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("file", [file for file in GRAPHS if "features" in file])
def test_features_of_every_form_are_compared(narrow_artefact, tmp_path, file):
    artefact = damaged(narrow_artefact["max"], tmp_path, without_relus, file)
    assert features_error(artefact) > FEATURES_TOLERANCE["float32"]


@pytest.mark.usefixtures("table")
def test_other_weights_under_the_same_name_are_found(narrow_weights, tmp_path, narrow_artefact):
    kernel, bias = narrow_weights.convolutions["conv3_2"]
    convolutions = dict(narrow_weights.convolutions) | {"conv3_2": (kernel[:, ::-1], bias)}
    folder = build_artefact(replace(narrow_weights, convolutions=convolutions), tmp_path / "other")
    other = Artefact(folder, narrow_artefact["max"].manifest)
    assert features_error(other) > 1e-2


def test_the_numbers_of_the_default_are_there_for_both_poolings(narrow_artefact):
    for pooling, artefact in narrow_artefact.items():
        known = verification.known_features(replace(artefact.manifest, source="vgg19"))
        assert {name.split(".")[1] for name in known} >= set(artefact.manifest.channels), pooling
    assert verification.known_features(artefact.manifest) == {}


def test_what_storage_costs_is_measured(narrow_weights, tmp_path):
    exact = storage_errors(narrow_weights, build_artefact(narrow_weights, tmp_path / "exact"))
    assert set(exact.values()) == {0.0}
    half = build_artefact(narrow_weights, tmp_path / "half", storage="float16", pooling="average")
    errors = storage_errors(narrow_weights, half)
    assert all(0 < error < 5e-3 for error in errors.values())
    assert "style.relu5_1.gram" in errors
