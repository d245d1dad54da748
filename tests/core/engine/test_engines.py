"""Choosing: every engine is tried out, and one that does not work says so or is passed over."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
import pytest

from stylecore.engine.engines import TRIAL, choose_engine, exact, open_session
from stylecore.engine.table import Engine
from stylecore.errors import EngineError

CPU, CUDA, OPENVINO = "CPUExecutionProvider", "CUDAExecutionProvider", "OpenVINOExecutionProvider"


class EPFail(Exception):
    """One of ONNX Runtime's own exceptions: neither a ValueError nor a RuntimeError."""


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
    assert not exact(Engine("openvino", OPENVINO, "bf16", 4, spins=False)).spins


def test_an_engine_tells_itself_in_plain_values():
    wanted = {"name": "cpu", "provider": CPU, "precision": "fp32", "threads": 2}
    assert Engine("cpu", CPU, "fp32", 2).as_dict() == wanted


def test_cuda_that_was_compiled_in_but_does_not_load_is_passed_over(machine):
    machine(cuda=True, lost=[CUDA], plugin=False)
    assert choose_engine("auto", 3) == Engine("cpu", CPU, "fp32", 3)
    machine(cuda=True, lost=[CUDA], capabilities="BF16")
    assert choose_engine("auto", 3) == Engine("openvino", OPENVINO, "bf16", 3)


def test_cuda_that_does_not_load_is_refused_when_asked_for(machine):
    machine(cuda=True, lost=[CUDA])
    message = refusal("cuda")
    assert f"engine cuda: asked for {CUDA}, ONNX Runtime took {CPU}; it wants" in message
    assert "pip install 'stylecore[gpu]'; or take --engine cpu" in message


FAULTS = [
    RuntimeError("CUDA failure 100\nhere"),
    EPFail("CUDA failure 100"),
    OSError("failure 100"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("when", ["broken", "weak"])
def test_whatever_cuda_raises_it_is_one_line(machine, capsys, when, fault):
    machine(cuda=True, plugin=False, **{when: {CUDA: fault}})
    assert "failure 100; it wants an NVIDIA GPU" in refusal("cuda")
    assert choose_engine("auto", 3) == Engine("cpu", CPU, "fp32", 3)
    assert capsys.readouterr() == ("", ""), "ONNX Runtime fell back by itself"


@pytest.mark.parametrize("when", ["broken", "weak"])
def test_openvino_that_fails_at_work_is_passed_over(machine, when):
    machine(capabilities="BF16", **{when: {OPENVINO: EPFail("NotFound: a property")}})
    assert choose_engine("auto", 3) == Engine("cpu", CPU, "fp32", 3)
    message = refusal("openvino")
    assert "ONNX Runtime says: NotFound: a property; pip install -U 'stylecore" in message


def test_a_plugin_that_lacks_its_library_is_refused(machine):
    def library():
        raise FileNotFoundError("no library at here\nor there")

    machine(capabilities="BF16", library=library)
    assert "refuses the plugin (no library at here)" in refusal("openvino")
    assert choose_engine("auto", 3).name == "cpu"


def test_an_onnxruntime_that_cannot_run_at_all_is_refused(machine):
    machine(plugin=False, weak={CPU: EPFail("illegal instruction")})
    for name in ("auto", "cpu"):
        assert "engine cpu: ONNX Runtime says: illegal instruction; install" in refusal(name)


def test_an_engine_is_tried_once_in_a_process(machine):
    runtime = machine(cuda=True, lost=[CUDA], plugin=False)
    for _ in range(3):
        choose_engine("auto")
        refusal("cuda")
    assert runtime.opened == [CUDA, CPU]


def test_threads_that_choose_at_once_try_once_and_leave_stdout_alone(machine):
    def preload():
        sys.stdout.write("missing")
        time.sleep(0.02)

    runtime = machine(cuda=True, lost=[CUDA], plugin=False, preload=preload)
    before = sys.stdout
    with ThreadPoolExecutor(8) as pool:
        names = {engine.name for engine in pool.map(choose_engine, ["auto"] * 32)}
    assert names == {"cpu"}
    assert runtime.opened == [CUDA, CPU]
    assert sys.stdout is before


def test_only_cuda_silences_the_global_log_and_gives_it_back(machine):
    runtime = machine(cuda=True, capabilities="BF16", broken={CUDA: EPFail("none")})
    for name in ("cpu", "openvino"):
        choose_engine(name)
    assert runtime.severities == []
    refusal("cuda")
    assert runtime.severities == [4, 2]


def test_the_trial_is_the_graph_that_it_says():
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1] * 4) for n in "xy")
    w = numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "w")
    conv = helper.make_node("Conv", ["x", "w"], ["y"])
    graph = helper.make_graph([conv], "trial", [x], [y], [w])
    opset = [helper.make_opsetid("", 18)]
    assert onnx.load_from_string(TRIAL) == helper.make_model(
        graph, opset_imports=opset, ir_version=9
    )


def test_threads_that_may_not_spin_are_told_so():
    name = "session.intra_op.allow_spinning"
    session = open_session(TRIAL, Engine("cpu", CPU, "fp32", 2, spins=False))
    assert session.get_session_options().get_session_config_entry(name) == "0"
    session = open_session(TRIAL, Engine("cpu", CPU, "fp32", 2))
    with pytest.raises(RuntimeError, match=name):  # ONNX Runtime's own default
        session.get_session_options().get_session_config_entry(name)


def test_a_session_is_opened_from_bytes_too():
    session = open_session(TRIAL, choose_engine("cpu", 1))
    assert [item.name for item in session.get_inputs()] == ["x"]


def test_an_engine_of_no_row_is_refused():
    strange = Engine("abacus", "AbacusExecutionProvider", "fp32", 1)
    for use in (exact, lambda engine: open_session(TRIAL, engine)):
        with pytest.raises(EngineError, match="no engine 'abacus'; take one of auto, "):
            use(strange)


def test_an_unknown_engine_is_refused():
    with pytest.raises(EngineError, match="no engine 'abacus'; take one of auto, cpu"):
        choose_engine("abacus")
