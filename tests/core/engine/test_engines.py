import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from stylecore.engine import engines
from stylecore.engine.engines import Engine, choose_engine, exact
from stylecore.engine.session import Session
from stylecore.errors import EngineError, ModelError
from stylecore.settings import Settings

CPU, CUDA, OPENVINO = "CPUExecutionProvider", "CUDAExecutionProvider", "OpenVINOExecutionProvider"


class Runtime(ModuleType):
    """ONNX Runtime as far as choosing goes, with the devices that a test wants."""

    InferenceSession = object
    OrtHardwareDeviceType = SimpleNamespace(CPU="cpu")

    def __init__(self, cuda=False, capabilities=None, refusal=None):
        super().__init__("onnxruntime")
        self.cuda, self.capabilities, self.refusal = cuda, capabilities, refusal
        self.registered = []

    def get_available_providers(self):
        return [CUDA, CPU] if self.cuda else [CPU]

    def register_execution_provider_library(self, name, path):
        if self.refusal:
            raise RuntimeError(self.refusal)
        self.registered.append(path)

    def get_ep_devices(self):
        def device(provider, kind, capabilities):
            metadata = {"OPTIMIZATION_CAPABILITIES": capabilities}
            return SimpleNamespace(
                ep_name=provider, device=SimpleNamespace(type=kind), ep_metadata=metadata
            )

        found = [device(CPU, "cpu", "BF16"), device(OPENVINO, "gpu", "BF16")]
        if self.registered and self.capabilities is not None:
            found.append(device(OPENVINO, "cpu", self.capabilities))
        return found


@pytest.fixture
def machine(monkeypatch):
    """Puts a runtime in place of the real one, and perhaps a plugin."""

    def install(*, plugin=True, **runtime):
        made = Runtime(**runtime)
        monkeypatch.setitem(sys.modules, "onnxruntime", made)
        name = "stylecore_test_plugin"
        if plugin:
            module = ModuleType(name)
            module.__spec__ = SimpleNamespace()
            module.get_library_path = lambda: "plugin.so"
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(engines, "_OPENVINO_PLUGIN", name)
        return made

    return install


def refusal(*words):
    with pytest.raises(EngineError) as caught:
        choose_engine(*words)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_auto_takes_cuda_where_it_is(machine):
    machine(cuda=True, capabilities="FP32 BF16")
    assert choose_engine("auto", 3) == Engine("cuda", CUDA, "tf32", 3)


def test_auto_takes_openvino_where_it_is_faster(machine):
    runtime = machine(capabilities="FP32 BF16 INT8")
    assert choose_engine("auto", 3) == Engine("openvino", OPENVINO, "bf16", 3)
    choose_engine("auto", 3)
    assert runtime.registered == ["plugin.so"]


@pytest.mark.parametrize(
    "found",
    [
        {"plugin": False},
        {"capabilities": None},
        {"capabilities": "FP32 INT8"},
        {"refusal": "no such library\nand more"},
    ],
    ids=["no plugin", "no device", "no bf16", "a refused plugin"],
)
def test_auto_falls_back_to_the_cpu(machine, found):
    machine(**found)
    assert choose_engine("auto", 3) == Engine("cpu", CPU, "fp32", 3)


def test_the_cpu_is_there_whatever_else_is(machine):
    machine(cuda=True, capabilities="BF16")
    assert choose_engine("cpu", 1) == Engine("cpu", CPU, "fp32", 1)


def test_openvino_without_bf16_is_taken_when_asked_for(machine):
    machine(capabilities="FP32")
    assert choose_engine("openvino", 2) == Engine("openvino", OPENVINO, "fp32", 2)


def test_zero_threads_are_all_that_this_process_may_use(machine, monkeypatch):
    machine()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert choose_engine("cpu").threads == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert choose_engine("cpu").threads == 7


def test_without_onnxruntime_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    for name in ("auto", "cpu", "openvino", "cuda"):
        assert "pip install 'stylecore[cpu]'" in refusal(name)


def test_what_an_uninstalled_onnxruntime_leaves_behind_is_not_taken_for_it(monkeypatch):
    # A folder without __init__.py imports as an empty package.
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    assert "ONNX Runtime is not installed" in refusal("auto")


def test_an_engine_that_is_not_here_is_refused(machine):
    machine(plugin=False)
    assert "no CUDA provider; pip install 'stylecore[gpu]'" in refusal("cuda")
    assert "not installed; pip install 'stylecore[openvino]'" in refusal("openvino")
    machine(capabilities=None)
    assert "finds no device" in refusal("openvino")
    machine(refusal="bad library\nsecond line")
    assert "refuses the plugin (bad library); take --engine cpu" in refusal("openvino")
    machine(refusal="already registered")
    assert "finds no device" in refusal("openvino")


def test_exact_is_fp32_where_that_is_possible():
    assert exact(Engine("cuda", CUDA, "tf32", 4)) == Engine("cuda", CUDA, "fp32", 4)
    assert exact(Engine("openvino", OPENVINO, "bf16", 4)) == Engine("cpu", CPU, "fp32", 4)
    assert exact(Engine("cpu", CPU, "fp32", 4)) == Engine("cpu", CPU, "fp32", 4)


def test_an_engine_tells_itself_in_plain_values():
    wanted = {"name": "cpu", "provider": CPU, "precision": "fp32", "threads": 2}
    assert Engine("cpu", CPU, "fp32", 2).as_dict() == wanted


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
    graph.hold({"weight": np.array([2.0, 3.0]), "unknown": np.ones(1)})
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
    assert cosine >= 0.99


def test_an_unknown_engine_is_refused():
    with pytest.raises(EngineError, match="no engine 'abacus'; take one of auto, cpu"):
        choose_engine("abacus")
