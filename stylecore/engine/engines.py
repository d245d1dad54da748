"""Which ONNX Runtime provider runs the graphs, with which options, threads and precision."""

from __future__ import annotations

import importlib
import importlib.util
import os
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from ..errors import EngineError
from ..settings import EngineName

_OPENVINO_PLUGIN = "onnxruntime_ep_openvino"
OPENVINO = "OpenVINOExecutionProvider"
CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
_INSTALL = (
    "ONNX Runtime is not installed; install one of: pip install 'stylecore[cpu]',"
    " 'stylecore[openvino]' or 'stylecore[gpu]'"
)


@dataclass(frozen=True)
class Engine:
    """What runs the graphs.

    Attributes:
        name: ``cpu``, ``openvino`` or ``cuda``.
        provider: ONNX Runtime's name of the execution provider.
        precision: of the convolutions: ``fp32``, ``bf16`` or ``tf32``.
        threads: on the CPU.
    """

    name: str
    provider: str
    precision: str
    threads: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for reports."""
        return asdict(self)


def choose_engine(name: EngineName = "auto", threads: int = 0) -> Engine:
    """Pick an engine; ``auto`` takes CUDA, then OpenVINO in bf16, then the CPU provider.

    Args:
        name: what was asked for.
        threads: on the CPU; 0 takes every core that this process may use.

    Raises:
        EngineError: when ONNX Runtime, or the engine asked for, is not here.
    """
    if name not in get_args(EngineName):
        raise EngineError(f"no engine {name!r}; take one of {', '.join(get_args(EngineName))}")
    runtime = onnxruntime()
    threads = threads or _cores()
    if name == "cpu":
        return Engine("cpu", CPU, "fp32", threads)
    if name == "cuda" or (name == "auto" and CUDA in runtime.get_available_providers()):
        return _cuda(runtime, threads)
    if name == "openvino":
        return _openvino(runtime, threads)
    try:
        engine = _openvino(runtime, threads)
    except EngineError:
        return Engine("cpu", CPU, "fp32", threads)
    # In fp32 OpenVINO and the CPU provider run alike; bf16 is the reason to prefer the former.
    return engine if engine.precision == "bf16" else Engine("cpu", CPU, "fp32", threads)


def exact(engine: Engine) -> Engine:
    """The same engine in fp32: what targets and final losses are measured on."""
    if engine.name == "cuda":
        return replace(engine, precision="fp32")
    return Engine("cpu", CPU, "fp32", engine.threads)


def onnxruntime() -> Any:
    """The module, whichever wheel it came in.

    Raises:
        EngineError: when none is installed.
    """
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError:
        raise EngineError(_INSTALL) from None
    if not hasattr(runtime, "InferenceSession"):
        raise EngineError(_INSTALL)
    return runtime


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cuda(runtime: Any, threads: int) -> Engine:
    if hasattr(runtime, "preload_dlls"):
        runtime.preload_dlls()
    if CUDA not in runtime.get_available_providers():
        raise EngineError(
            "engine cuda: this ONNX Runtime has no CUDA provider; pip install 'stylecore[gpu]'"
            " in an environment without onnxruntime, or take --engine cpu"
        )
    return Engine("cuda", CUDA, "tf32", threads)


def _openvino(runtime: Any, threads: int) -> Engine:
    if importlib.util.find_spec(_OPENVINO_PLUGIN) is None:
        raise EngineError(
            "engine openvino: its plugin is not installed; pip install 'stylecore[openvino]',"
            " or take --engine cpu"
        )
    devices = openvino_devices(runtime)
    if not devices:
        raise EngineError(
            "engine openvino: the plugin finds no device it supports (it wants an Intel"
            " processor); take --engine cpu"
        )
    bf16 = "BF16" in devices[0].ep_metadata.get("OPTIMIZATION_CAPABILITIES", "").split()
    return Engine("openvino", OPENVINO, "bf16" if bf16 else "fp32", threads)


def openvino_devices(runtime: Any) -> list[Any]:
    """The processors that the OpenVINO plugin can use; it is registered when first asked.

    Raises:
        EngineError: when ONNX Runtime refuses the plugin.
    """
    plugin = importlib.import_module(_OPENVINO_PLUGIN)

    def found() -> list[Any]:
        devices = runtime.get_ep_devices()
        cpu = runtime.OrtHardwareDeviceType.CPU
        return [d for d in devices if d.ep_name == OPENVINO and d.device.type == cpu]

    if not found():
        try:
            runtime.register_execution_provider_library(_OPENVINO_PLUGIN, plugin.get_library_path())
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            # Registered before without a device: nothing new to learn.
            if "already" not in reason:
                raise EngineError(
                    f"engine openvino: ONNX Runtime refuses the plugin ({reason});"
                    " take --engine cpu"
                ) from None
    return found()
