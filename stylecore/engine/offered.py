"""Providers that some builds or plugins of ONNX Runtime have: where they run, how one gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import EngineError
from . import plugins

_OTHERWISE = "or take --engine cpu"


@dataclass(frozen=True)
class Offer:
    """A provider that ONNX Runtime may have.

    Attributes:
        provider: ONNX Runtime's name of it.
        package: the build, or the plugin, that has it.
        runs_on: what it wants.
        precision: of the convolutions, as it computes them if left alone.
        options: its own, by ONNX Runtime's documentation of it.
        plugin: the module of its plugin, or nothing for a build of ONNX Runtime.
    """

    provider: str
    package: str
    runs_on: str
    precision: str = "fp32"
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    plugin: str = ""

    @property
    def remedy(self) -> str:
        """What to do where it does not work."""
        alone = "" if self.plugin else " in an environment without another onnxruntime"
        return f"it wants {self.runs_on}, and pip install {self.package}{alone}; {_OTHERWISE}"

    def prepare(self, name: str, runtime: Any) -> str:
        """Make sure that this ONNX Runtime has it; returns nothing to complain of.

        Args:
            name: of the engine, for the message.
            runtime: ONNX Runtime.

        Raises:
            EngineError: where it has not.
        """
        if self.provider in runtime.get_available_providers():
            return ""
        if not self.plugin or not plugins.is_installed(self.plugin):
            raise EngineError(
                f"engine {name}: this ONNX Runtime has no {self.provider}; {self.remedy}"
            )
        if not plugins.devices_of(runtime, self.provider):
            plugins.register(runtime, name, self.plugin)
        if not plugins.devices_of(runtime, self.provider):
            raise EngineError(
                f"engine {name}: its plugin finds no device, and wants {self.runs_on}; take"
                " --engine cpu"
            )
        return ""

    def providers(self, runtime: Any, options: Any, _engine: object) -> list[Any] | None:
        """What a session is given; of a plugin, its options are set instead."""
        if self.provider in runtime.get_available_providers():
            return [(self.provider, dict(self.options))]
        devices = plugins.devices_of(runtime, self.provider)
        options.add_provider_for_devices(devices[:1], dict(self.options))
        return None


OFFERS: Mapping[str, Offer] = {
    "tensorrt": Offer(
        provider="TensorrtExecutionProvider",
        package="'stylecore[gpu]' tensorrt",
        runs_on="an NVIDIA GPU and the libraries of TensorRT",
        precision="tf32",
    ),
    "migraphx": Offer(
        provider="MIGraphXExecutionProvider",
        package="onnxruntime-migraphx",
        runs_on="an AMD GPU with ROCm",
    ),
    "directml": Offer(
        provider="DmlExecutionProvider",
        package="onnxruntime-directml",
        runs_on="Windows and a GPU with DirectX 12",
    ),
    "coreml": Offer(
        provider="CoreMLExecutionProvider",
        package="'stylecore[cpu]'",
        runs_on="a Mac",
        precision="fp16",
        options={"ModelFormat": "MLProgram"},
    ),
    "webgpu": Offer(
        provider="WebGpuExecutionProvider",
        package="onnxruntime-ep-webgpu",
        runs_on="a GPU with Vulkan, Metal or DirectX 12",
        plugin="onnxruntime_ep_webgpu",
    ),
    "qnn": Offer(
        provider="QNNExecutionProvider",
        package="onnxruntime-qnn",
        runs_on="a Snapdragon processor with its neural unit",
        precision="fp16",
        options={"backend_type": "htp"},
        plugin="onnxruntime_qnn",
    ),
}
"""The offers by the names of their engines."""
