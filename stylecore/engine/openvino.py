"""OpenVINO, as a plugin of stock ONNX Runtime: its devices, their precision and its options."""

from __future__ import annotations

import json
from typing import Any

from ..errors import EngineError
from . import plugins

PROVIDER = "OpenVINOExecutionProvider"
_PLUGIN = "onnxruntime_ep_openvino"


def register(runtime: Any) -> str:
    """Make the plugin known to ONNX Runtime; returns nothing to complain of.

    Raises:
        EngineError: when it is not installed, or ONNX Runtime refuses it.
    """
    if not plugins.is_installed(_PLUGIN):
        raise EngineError(
            "engine openvino: its plugin is not installed; pip install 'stylecore[openvino]',"
            " or take --engine cpu"
        )
    if not _devices(runtime):
        plugins.register(runtime, "openvino", _PLUGIN)
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
    return [one for one in plugins.devices_of(runtime, PROVIDER) if one.device.type == cpu]
