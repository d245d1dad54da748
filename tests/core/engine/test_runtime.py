"""ONNX Runtime tells nobody of its use, and what it says itself is one line."""

import os
import subprocess
import sys

import pytest

from stylecore.engine.runtime import onnxruntime, reason

OF_CUDA = (
    "/onnxruntime_src/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, Status>"
    " onnxruntime::CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError] CUDA failure 100: no"
    " CUDA-capable device is detected ; GPU=-1 ; hostname=a ; expr=cudaSetDevice(info_.device_id);"
    "\n\n"
)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError(OF_CUDA), "CUDA failure 100: no CUDA-capable device is detected"),
        (
            ValueError("\n[ONNXRuntimeError] : 1 : FAIL\nat a.cc:1\n"),
            "[ONNXRuntimeError] : 1 : FAIL",
        ),
        (KeyError(), "KeyError"),
    ],
)
def test_a_reason_is_one_line_of_what_matters(error, told):
    assert reason(error) == told


@pytest.mark.parametrize(
    ("chosen", "found"), [(None, "1"), ("", "1"), ("0", "0"), ("1", "1"), ("false", "false")]
)
def test_telemetry_is_off_unless_the_user_says_otherwise(monkeypatch, chosen, found):
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "by the test")
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    if chosen is not None:
        monkeypatch.setenv("ORT_DISABLE_TELEMETRY", chosen)
    onnxruntime()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == found


def test_loading_it_leaves_nothing_in_the_home_folder(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("ORT_DISABLE_TELEMETRY")
    program = "from stylecore.engine.engines import choose_engine; choose_engine('cpu')"
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    assert list(tmp_path.rglob("*")) == []
