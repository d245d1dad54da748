"""Which ONNX Runtime provider runs the graphs, with which options, threads and precision."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, get_args

import numpy as np

from ..errors import EngineError, ModelError
from ..pictures.tensors import Array
from ..settings import EngineName

_OPENVINO_PLUGIN = "onnxruntime_ep_openvino"
_OPENVINO = "OpenVINOExecutionProvider"
_CUDA = "CUDAExecutionProvider"
_CPU = "CPUExecutionProvider"
_SHRINK = "memory.enable_memory_arena_shrinkage"
_TRAINING_ONLY = "com.microsoft"
_INSTALL = (
    "ONNX Runtime is not installed; install one of: pip install 'stylecore[cpu]',"
    " 'stylecore[openvino]' or 'stylecore[gpu]'"
)


Held: TypeAlias = dict[str, Any]
"""ONNX Runtime's values, on the device, by the names of the inputs that they are for."""


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
    runtime = _onnxruntime()
    threads = threads or _cores()
    if name == "cpu":
        return Engine("cpu", _CPU, "fp32", threads)
    if name == "cuda" or (name == "auto" and _CUDA in runtime.get_available_providers()):
        return _cuda(runtime, threads)
    if name == "openvino":
        return _openvino(runtime, threads)
    try:
        engine = _openvino(runtime, threads)
    except EngineError:
        return Engine("cpu", _CPU, "fp32", threads)
    # In fp32 OpenVINO and the CPU provider run alike; bf16 is the reason to prefer the former.
    return engine if engine.precision == "bf16" else Engine("cpu", _CPU, "fp32", threads)


def exact(engine: Engine) -> Engine:
    """The same engine in fp32: what targets and final losses are measured on."""
    if engine.name == "cuda":
        return replace(engine, precision="fp32")
    return Engine("cpu", _CPU, "fp32", engine.threads)


class Graph:
    """A loaded graph: held inputs stay where it runs, the others are given with each call.

    Args:
        path: of an ``.onnx`` file.
        engine: as from :func:`choose_engine`.
        once: whether it will run one time only, so that preparing it does not pay.
        spare: whether it gives back, after each run, the memory that the run took.

    Raises:
        ModelError: when ONNX Runtime refuses the file.
        EngineError: when only ONNX Runtime training could run it.
    """

    def __init__(
        self, path: Path, engine: Engine, *, once: bool = False, spare: bool = False
    ) -> None:
        runtime = _onnxruntime()
        try:
            self._session: Any = _session(runtime, path, engine, once=once)
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            if f"{_TRAINING_ONLY}:" in reason:
                raise EngineError(_training_needed(runtime, path)) from None
            raise ModelError(f"ONNX Runtime cannot load {path}: {reason}") from None
        self._runtime = runtime
        self._device = "cuda" if engine.name == "cuda" else "cpu"
        self._held: Held = {}
        self._run_options = runtime.RunOptions()
        if spare and self._device == "cpu":
            self._run_options.add_run_config_entry(_SHRINK, "cpu:0")
        self.inputs = tuple(item.name for item in self._session.get_inputs())
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def hold(self, values: Mapping[str, Array]) -> None:
        """Keep inputs on the device until they are given anew."""
        for name, value in values.items():
            if name in self.inputs:
                # A copy: on the CPU, what is held is this very memory.
                array = np.array(value, np.float32, order="C")
                self._held[name] = self._runtime.OrtValue.ortvalue_from_numpy(array, self._device)

    def share(self, held: Held) -> None:
        """Keep inputs that lie on the device already, such as another graph's outputs."""
        self._held.update({name: value for name, value in held.items() if name in self.inputs})

    def held_outputs(self) -> Held:
        """Run; returns every output where it lies, by its name."""
        binding = self._session.io_binding()
        for name in self.outputs:
            binding.bind_output(name, self._device)
        self._session.run_with_iobinding(binding)
        return dict(zip(self.outputs, binding.get_outputs(), strict=True))

    def __call__(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """Run; returns the named outputs."""
        binding = self._session.io_binding()
        for name, value in inputs.items():
            binding.bind_cpu_input(name, np.asarray(value, np.float32, order="C"))
        for name, value in self._held.items():
            if name not in inputs:
                binding.bind_ortvalue_input(name, value)
        for name in outputs:
            binding.bind_output(name, "cpu")
        self._session.run_with_iobinding(binding, self._run_options)
        return binding.copy_outputs_to_cpu()


def _onnxruntime() -> Any:
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError:
        raise EngineError(_INSTALL) from None
    if not hasattr(runtime, "InferenceSession"):
        raise EngineError(_INSTALL)
    return runtime


def _training_needed(runtime: Any, path: Path) -> str:
    return (
        f"{path} has ONNX Runtime training's gradient, which the onnxruntime here"
        f" ({runtime.__version__}) cannot run; install onnxruntime-training-cpu 1.19.2 in its"
        " place, or build the artefact again with `stylecore models build`"
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cuda(runtime: Any, threads: int) -> Engine:
    if hasattr(runtime, "preload_dlls"):
        runtime.preload_dlls()
    if _CUDA not in runtime.get_available_providers():
        raise EngineError(
            "engine cuda: this ONNX Runtime has no CUDA provider; pip install 'stylecore[gpu]'"
            " in an environment without onnxruntime, or take --engine cpu"
        )
    return Engine("cuda", _CUDA, "tf32", threads)


def _openvino(runtime: Any, threads: int) -> Engine:
    if importlib.util.find_spec(_OPENVINO_PLUGIN) is None:
        raise EngineError(
            "engine openvino: its plugin is not installed; pip install 'stylecore[openvino]',"
            " or take --engine cpu"
        )
    devices = _openvino_devices(runtime)
    if not devices:
        raise EngineError(
            "engine openvino: the plugin finds no device it supports (it wants an Intel"
            " processor); take --engine cpu"
        )
    bf16 = "BF16" in devices[0].ep_metadata.get("OPTIMIZATION_CAPABILITIES", "").split()
    return Engine("openvino", _OPENVINO, "bf16" if bf16 else "fp32", threads)


def _openvino_devices(runtime: Any) -> list[Any]:
    plugin = importlib.import_module(_OPENVINO_PLUGIN)

    def found() -> list[Any]:
        devices = runtime.get_ep_devices()
        cpu = runtime.OrtHardwareDeviceType.CPU
        return [d for d in devices if d.ep_name == _OPENVINO and d.device.type == cpu]

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


def _session(runtime: Any, path: Path, engine: Engine, *, once: bool) -> Any:
    options = runtime.SessionOptions()
    if once:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = engine.threads
    options.log_severity_level = 3
    # Sizes change from scale to scale: a remembered memory plan of the last one is only ballast.
    options.enable_mem_pattern = False
    # In the order of the graph: by default the gradients of all style terms would wait in memory.
    options.execution_order = runtime.ExecutionOrder.PRIORITY_BASED
    if engine.name == "openvino":
        hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if engine.precision == "bf16" else "f32",
            "INFERENCE_NUM_THREADS": str(engine.threads),
            "PERFORMANCE_HINT": "LATENCY",
        }
        config = {"load_config": json.dumps({"CPU": hints})}
        options.add_provider_for_devices(_openvino_devices(runtime), config)
        return runtime.InferenceSession(str(path), options)
    if engine.name == "cuda":
        cuda = {
            "cudnn_conv_algo_search": "HEURISTIC",
            "use_tf32": str(int(engine.precision == "tf32")),
        }
        return runtime.InferenceSession(str(path), options, providers=[(_CUDA, cuda), _CPU])
    return runtime.InferenceSession(str(path), options, providers=[_CPU])
