"""OpenVINO, as a plugin of stock ONNX Runtime: its devices, their precision and its options."""

from __future__ import annotations

import importlib
import importlib.util
import json
from typing import Any

from ..errors import EngineError
from .runtime import reason

PROVIDER = "OpenVINOExecutionProvider"
_PLUGIN = "onnxruntime_ep_openvino"


def register(runtime: Any) -> str:
    """Make the plugin known to ONNX Runtime; returns nothing to complain of.

    Raises:
        EngineError: when it is not installed, or ONNX Runtime refuses it.
    """
    if importlib.util.find_spec(_PLUGIN) is None:
        raise EngineError(
            "engine openvino: its plugin is not installed; pip install 'stylecore[openvino]',"
            " or take --engine cpu"
        )
    if not _devices(runtime):
        _register(runtime)
    return ""


def precision(runtime: Any) -> str:
    """bf16 where the processor multiplies in it, otherwise fp32.

    Raises:
        EngineError: when the plugin supports no processor here.
    """
    devices = _devices(runtime)
    if not devices:
        raise EngineError(
            "engine openvino: the plugin finds no device it supports (it wants an Intel"
            " processor); take --engine cpu"
        )
    bf16 = "BF16" in devices[0].ep_metadata.get("OPTIMIZATION_CAPABILITIES", "").split()
    return "bf16" if bf16 else "fp32"


def configure(runtime: Any, options: Any, precision: str, threads: int) -> None:
    """Put the processors into a session's options: a plugin is not named among its providers."""
    hints = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": str(threads),
        "PERFORMANCE_HINT": "LATENCY",
    }
    config = {"load_config": json.dumps({"CPU": hints})}
    options.add_provider_for_devices(_devices(runtime), config)


def _devices(runtime: Any) -> list[Any]:
    cpu = runtime.OrtHardwareDeviceType.CPU
    devices = runtime.get_ep_devices()
    return [one for one in devices if one.ep_name == PROVIDER and one.device.type == cpu]


def _register(runtime: Any) -> None:
    try:
        plugin = importlib.import_module(_PLUGIN)
        runtime.register_execution_provider_library(_PLUGIN, plugin.get_library_path())
    except Exception as error:
        # Registered before without a device: nothing new to learn.
        if "already" not in reason(error):
            raise EngineError(
                f"engine openvino: ONNX Runtime refuses the plugin ({reason(error)});"
                " take --engine cpu"
            ) from None
