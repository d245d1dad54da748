"""CUDA: its libraries, which come in wheels of their own, and its options."""

from __future__ import annotations

import io
import warnings
from contextlib import redirect_stdout
from typing import Any

from ..errors import EngineError
from .runtime import reason

PROVIDER = "CUDAExecutionProvider"


def load_libraries(runtime: Any) -> str:
    """Load CUDA and cuDNN from their wheels; returns what ONNX Runtime first complains of.

    That need not be the end of it: the libraries may lie where only ONNX Runtime finds them.

    Raises:
        EngineError: when this ONNX Runtime was built without CUDA.
    """
    if PROVIDER not in runtime.get_available_providers():
        raise EngineError(
            "engine cuda: this ONNX Runtime has no CUDA provider; pip install 'stylecore[gpu]'"
            " in an environment without onnxruntime, or take --engine cpu"
        )
    printed = io.StringIO()
    try:
        # It prints what it misses.
        with redirect_stdout(printed), warnings.catch_warnings(action="ignore"):
            getattr(runtime, "preload_dlls", lambda: None)()
    except Exception as error:
        return reason(error)
    return printed.getvalue().strip().partition("\n")[0]


def options(precision: str) -> dict[str, str]:
    """The provider's own options."""
    return {"cudnn_conv_algo_search": "HEURISTIC", "use_tf32": str(int(precision == "tf32"))}
