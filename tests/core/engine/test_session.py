"""A graph at work: what it is given, what it holds, and what it says when something is amiss."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine, exact
from stylecore.engine.session import Session
from stylecore.engine.table import Engine
from stylecore.errors import EngineError, ModelError
from stylecore.settings import Settings

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture(scope="module")
def arithmetic(tmp_path_factory):
    """The file of a graph that tells the rank of its scalar: total = Σ x · weight."""
    from onnx import TensorProto, helper, save

    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("Mul", ["x", "weight"], ["product"]),
        helper.make_node("Shape", ["weight"], ["extents"]),
        helper.make_node("Size", ["extents"], ["size"]),
        helper.make_node("Cast", ["size"], ["rank"], to=TensorProto.FLOAT),
    ]
    graph = helper.make_graph(
        nodes,
        "arithmetic",
        [value("x", TensorProto.FLOAT, ["n"]), value("weight", TensorProto.FLOAT, None)],
        [value("product", TensorProto.FLOAT, None), value("rank", TensorProto.FLOAT, [])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = tmp_path_factory.mktemp("graph") / "arithmetic.onnx"
    save(model, path)
    return path


@pytest.fixture
def graph(arithmetic):
    return Session(arithmetic, choose_engine("cpu", 1))


@pytest.mark.parametrize("weight", [np.float32(3), np.array(3.0), np.array(3, np.float32)])
def test_a_held_scalar_stays_a_scalar(graph, weight):
    graph.hold({"weight": weight})
    product, rank = graph(["product", "rank"], x=np.array([1.0, 2.0], np.float32))
    assert product.tolist() == [3, 6]
    assert rank == 0


def test_a_given_scalar_stays_a_scalar(graph):
    product, rank = graph(["product", "rank"], x=np.ones(2), weight=np.array(2.0))
    assert product.tolist() == [2, 2]
    assert rank == 0


def test_held_values_last_until_they_are_held_anew(graph):
    x = np.array([1.0, 2.0], np.float32)
    graph.hold({"weight": np.array([2.0, 3.0])})
    assert graph(["product"], x=x)[0].tolist() == [2, 6]
    assert graph(["product"], x=x, weight=np.array(10.0))[0].tolist() == [10, 20]
    assert graph(["product"], x=x)[0].tolist() == [2, 6]
    graph.hold({"weight": np.array([[1.0], [0.0]])})
    assert graph(["product"], x=x)[0].tolist() == [[1, 2], [0, 0]]


def test_what_is_held_does_not_change_with_the_callers_array(graph):
    weight = np.array([2.0, 3.0], np.float32)
    graph.hold({"weight": weight})
    weight[:] = 0
    assert graph(["product"], x=np.ones(2, np.float32))[0].tolist() == [2, 3]


def test_arrays_in_any_layout_are_understood(graph):
    x = np.arange(6, dtype=np.float64)[::-2]
    graph.hold({"weight": np.arange(6).reshape(2, 3).T})
    found = graph(["product"], x=x[:2])[0]
    assert found.tolist() == (np.arange(6).reshape(2, 3).T * x[:2]).tolist()


def test_outputs_come_in_the_order_asked_for(graph):
    assert graph.inputs == ("x", "weight")
    assert graph.outputs == ("product", "rank")
    rank, product = graph(["rank", "product"], x=np.ones(1), weight=np.ones((1, 1)))
    assert rank == 2
    assert product.shape == (1, 1)


@pytest.mark.parametrize("content", [b"", b"\x08", b"no graph at all", "truncated"])
def test_a_file_that_is_no_graph_is_refused(arithmetic, tmp_path, content):
    path = tmp_path / "damaged.onnx"
    path.write_bytes(arithmetic.read_bytes()[:-40] if content == "truncated" else content)
    with pytest.raises(ModelError, match="ONNX Runtime cannot load") as caught:
        Session(path, choose_engine("cpu", 1))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_graph_without_its_weights_is_refused(narrow_artefact, tmp_path):
    path = tmp_path / "objective.onnx"
    path.write_bytes(narrow_artefact["max"].path("objective.onnx").read_bytes())
    with pytest.raises(ModelError, match="ONNX Runtime cannot load"):
        Session(path, choose_engine("cpu", 1))
    with pytest.raises(ModelError, match="ONNX Runtime cannot load"):
        Session(Path(tmp_path / "missing.onnx"), choose_engine("cpu", 1))


def complaint(kind, call):
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_is_held_is_an_input_or_refused(graph):
    given = {"weight": np.ones(1), "wieght": np.ones(1)}
    message = complaint(ModelError, lambda: graph.hold(given))
    assert "arithmetic.onnx has no input wieght; its inputs are x, weight" in message
    missing = complaint(ModelError, lambda: graph(["product"], x=np.ones(1)))
    assert "was run without weight" in missing, "a refused mapping was held in part"


def test_what_is_shared_may_be_for_other_graphs(graph):
    other = Session(graph._path, choose_engine("cpu", 1))
    other.hold({"weight": np.array(3.0)})
    held = {"weight": other._held["weight"], "for another": other._held["weight"]}
    graph.share(held)
    assert graph(["product"], x=np.ones(1))[0].tolist() == [3]


def test_a_misspelt_target_is_refused(narrow_artefact, objective_of):
    objective = objective_of(narrow_artefact["max"])
    message = complaint(ModelError, lambda: objective.aim({"style.relu9_9.gram": np.ones(1)}, 8, 8))
    assert "has no input style.relu9_9.gram" in message


def test_a_call_names_what_the_graph_lacks_or_wants(graph):
    x, weight = np.ones(1), np.ones(1)
    no_output = complaint(ModelError, lambda: graph(["prod"], x=x, weight=weight))
    assert no_output.endswith("has no output prod; its outputs are product, rank")
    no_input = complaint(ModelError, lambda: graph(["product"], x=x, weight=weight, bias=x))
    assert no_input.endswith("has no input bias; its inputs are x, weight")
    missing = complaint(ModelError, lambda: graph(["product"], weight=weight))
    assert missing.endswith("was run without x; it wants x, weight")
    assert "was run without x, weight" in complaint(ModelError, graph.held_outputs)


def test_a_run_that_fails_says_so_in_one_line(graph, capfd):
    message = complaint(EngineError, lambda: graph(["product"], x=np.ones(2), weight=np.ones(3)))
    assert message.startswith(f"{CPU} cannot run {graph._path}: ")
    assert capfd.readouterr() == ("", "")


def test_threads_share_what_is_held(graph):
    graph.hold({"weight": np.array(2.0)})

    def doubled(value):
        x = np.full(10_000, value, np.float32)
        return [bool((graph(["product"], x=x)[0] == 2 * value).all()) for _ in range(20)]

    with ThreadPoolExecutor(4) as pool:
        assert all(all(found) for found in pool.map(doubled, range(8)))


def test_what_a_call_began_with_is_not_exchanged_under_it(graph):
    graph.hold({"weight": np.array(1.0)})
    seen = graph._held
    graph.hold({"weight": np.array(2.0)})
    graph.share({"x": graph._held["weight"]})
    assert seen.keys() == {"weight"}
    assert seen["weight"].numpy() == 1


def test_a_session_says_what_it_runs_on(graph):
    assert graph.provider == CPU


def test_a_graph_is_not_opened_on_an_engine_that_does_not_work(machine):
    runtime = machine(cuda=True, broken={CUDA: RuntimeError("CUDA failure 100")})
    engine = Engine("cuda", CUDA, "tf32", 1)
    message = complaint(EngineError, lambda: Session(Path("graph.onnx"), engine))
    assert "CUDA failure 100; it wants an NVIDIA GPU" in message
    assert runtime.opened == [CUDA], "the trial alone"


def test_a_graph_that_another_provider_took_is_refused(machine):
    runtime = machine(cuda=True)
    engine = choose_engine("cuda", 1)
    runtime.lost.add(CUDA)
    message = complaint(EngineError, lambda: Session(Path("graph.onnx"), engine))
    assert f"engine cuda: asked for {CUDA}, ONNX Runtime took {CPU}; " in message


def test_openvino_computes_the_same_gradient(narrow_artefact, pooling, objective_of, aim_at):
    try:
        engine = choose_engine("openvino")
    except EngineError as error:
        pytest.skip(str(error))
    artefact = narrow_artefact[pooling]
    rng = np.random.default_rng(0)
    content, style, x = rng.uniform(0, 255, (3, 1, 3, 96, 128)).astype(np.float32)
    features = Session(artefact.path("features.onnx"), exact(engine))
    gradients = []
    for one in (engine, exact(engine)):
        objective = objective_of(artefact, one)
        aim_at(objective, features, artefact, content, [style], Settings(pooling=pooling))
        gradients.append(objective(x)[1].ravel().astype(np.float64))
    found, wanted = gradients
    cosine = found @ wanted / (np.linalg.norm(found) * np.linalg.norm(wanted))
    # In bf16 it was 0.968 with max pooling and 0.990 with average, in this network of few channels.
    assert cosine >= (0.999 if engine.precision == "fp32" else 0.95)


def test_a_session_apart_holds_values_of_its_own(graph):
    graph.hold({"weight": np.array(2.0)})
    other = graph.apart()
    other.hold({"weight": np.array(5.0)})
    x = np.ones(1, np.float32)
    assert graph(["product"], x=x)[0].tolist() == [2]
    assert other(["product"], x=x)[0].tolist() == [5]
