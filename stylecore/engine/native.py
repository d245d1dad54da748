"""OpenVINO's own runtime, which reads the same graphs: no provider of ONNX Runtime in between.

The plugin of ONNX Runtime lists Intel's devices alone; the runtime itself runs on any x86-64 or ARM
processor. What it opens is used like a session of ONNX Runtime, as far as :class:`.Session` goes.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..errors import EngineError
from ..pictures.tensors import Array

PROVIDER = "OpenVINO"
_PACKAGE = "openvino"
_DEVICE = "CPU"
SHRINK = "memory.enable_memory_arena_shrinkage"
"""ONNX Runtime's entry of a run's options that says to give memory back."""

REMEDY = "pip install 'stylecore[openvino-native]', or take --engine cpu"
_TYPES = {"f32": "tensor(float)", "f16": "tensor(float16)", "f64": "tensor(double)"}


def load(_runtime: Any) -> str:
    """Load the package; returns nothing to complain of.

    Raises:
        EngineError: when it is not installed.
    """
    _core()
    return ""


def precision(_runtime: Any) -> str:
    """bf16 where the processor multiplies in it, otherwise fp32."""
    able: list[str] = _core().get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in able else "fp32"


@cache
def _library() -> Any:
    try:
        return importlib.import_module(_PACKAGE)
    except ImportError:
        raise EngineError(f"engine openvino-native: OpenVINO is not installed; {REMEDY}") from None


@cache
def _core() -> Any:
    return _library().Core()


class Binding:
    """What a run is given and gives, as ONNX Runtime's ``IOBinding`` has it."""

    def __init__(self) -> None:
        self.inputs: dict[str, Array] = {}
        self.outputs: list[str] = []
        self.found: list[Array] = []

    def bind_cpu_input(self, name: str, value: Array) -> None:
        """Give an input."""
        self.inputs[name] = value

    def bind_ortvalue_input(self, name: str, value: Any) -> None:
        """Give an input that is held; it is not copied."""
        self.inputs[name] = value.numpy()

    def bind_output(self, name: str, _device: str) -> None:
        """Ask for an output."""
        self.outputs.append(name)

    def copy_outputs_to_cpu(self) -> list[Array]:
        """What was found."""
        return self.found


class NativeSession:
    """A graph compiled by OpenVINO for the processor.

    Args:
        source: the path of an ``.onnx`` file, or what is in it.
        precision: of the convolutions, ``bf16`` or ``fp32``.
        threads: that it computes with.
    """

    def __init__(self, source: Path | bytes, precision: str, threads: int) -> None:
        self._library = _library()
        model = _core().read_model(source if isinstance(source, bytes) else str(source))
        self._metadata = _metadata_of(model)
        self._compiled: Any = _core().compile_model(model, _DEVICE, _hints(precision, threads))
        self._inputs = [_port(one) for one in self._compiled.inputs]
        self._outputs = [_port(one) for one in self._compiled.outputs]
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def get_providers(self) -> list[str]:
        """What runs it."""
        return [PROVIDER]

    def get_inputs(self) -> list[Any]:
        """Names, shapes and types of the inputs."""
        return self._inputs

    def get_outputs(self) -> list[Any]:
        """Names, shapes and types of the outputs."""
        return self._outputs

    def get_modelmeta(self) -> Any:
        """What the file says of itself."""
        return SimpleNamespace(custom_metadata_map=self._metadata)

    def io_binding(self) -> Binding:
        """For one run."""
        return Binding()

    def run(self, outputs: list[str] | None, inputs: dict[str, Array]) -> list[Array]:
        """Run; returns the named outputs, or all."""
        binding = Binding()
        binding.inputs, binding.outputs = inputs, outputs or [one.name for one in self._outputs]
        self.run_with_iobinding(binding, None)
        return binding.found

    def rest(self) -> None:
        """Give back the memory that runs took."""
        with self._lock:
            self._idle.clear()

    def run_with_iobinding(self, binding: Binding, options: Any) -> None:
        """Run with what is bound; the memory that it took goes back where the options say so."""
        with self._request() as request:
            for name, value in binding.inputs.items():
                request.set_tensor(name, self._library.Tensor(value, shared_memory=True))
            request.infer()
            binding.found = [np.array(request.get_tensor(name).data) for name in binding.outputs]
        if options is not None and _shrinks(options):
            self.rest()

    @contextmanager
    def _request(self) -> Generator[Any]:
        """One that nobody else runs meanwhile: each holds the memory of a run."""
        with self._lock:
            request = self._idle.pop() if self._idle else None
        request = request or self._compiled.create_infer_request()
        try:
            yield request
        finally:
            with self._lock:
                self._idle.append(request)


def _shrinks(options: Any) -> bool:
    try:
        return bool(options.get_run_config_entry(SHRINK))
    except RuntimeError:  # there is no such entry
        return False


def _hints(precision: str, threads: int) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
    }


def _port(one: Any) -> Any:
    shape = [len(side) if side.is_static else None for side in one.get_partial_shape()]
    kind = one.get_element_type().get_type_name()
    return SimpleNamespace(name=one.get_any_name(), shape=shape, type=_TYPES.get(kind, kind))


def _metadata_of(model: Any) -> dict[str, str]:
    """ONNX's custom metadata, where OpenVINO has read it."""
    if not model.has_rt_info(["framework"]):
        return {}
    told: Any = model.get_rt_info(["framework"])
    return {str(name): str(value) for name, value in dict(told.value or {}).items()}
