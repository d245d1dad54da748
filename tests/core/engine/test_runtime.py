"""What ONNX Runtime says, in one line."""

import pytest

from stylecore.engine.runtime import reason

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
