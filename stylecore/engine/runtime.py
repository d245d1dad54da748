"""ONNX Runtime itself: the module, and what it says when something fails."""

from __future__ import annotations

import importlib
import os
import re
from typing import Any

from ..errors import EngineError

_INSTALL = (
    "ONNX Runtime is not installed; install one of: pip install 'stylecore[cpu]',"
    " 'stylecore[openvino]' or 'stylecore[gpu]'"
)


_TELEMETRY = "ORT_DISABLE_TELEMETRY"

# It stands among the signatures of C++ templates, before the name of the host.
_OF_CUDA = re.compile(r"(?:CUDA|CUDNN|CUBLAS) failure \d+: [^;\n]*")


def onnxruntime() -> Any:
    """The module, whichever wheel it came in, with its telemetry off.

    Left alone, recent ones write an identity of the device below the home folder and look up their
    vendor's collector. They decide when they are loaded, by ``ORT_DISABLE_TELEMETRY`` in the
    environment: what the user has set there counts.

    Raises:
        EngineError: when none is installed.
    """
    if not os.environ.get(_TELEMETRY):
        os.environ[_TELEMETRY] = "1"
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError:
        raise EngineError(_INSTALL) from None
    if not hasattr(runtime, "InferenceSession"):
        raise EngineError(_INSTALL)
    return runtime


def reason(error: Exception) -> str:
    """What went wrong, in one line; ONNX Runtime's exceptions have no class in common."""
    told = _OF_CUDA.search(str(error))
    if told:
        return told[0].strip()
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
