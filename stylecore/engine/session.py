"""A graph opened by ONNX Runtime on an engine: what it holds on the device, and how it runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..errors import EngineError, ModelError
from ..pictures.tensors import Array
from .engines import CPU, CUDA, Engine, onnxruntime, openvino_devices

_SHRINK = "memory.enable_memory_arena_shrinkage"
_TRAINING_ONLY = "com.microsoft"

Held: TypeAlias = dict[str, Any]
"""ONNX Runtime's values, on the device, by the names of the inputs that they are for."""


class Session:
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
        runtime = onnxruntime()
        try:
            self._session: Any = _opened(runtime, path, engine, once=once)
        except Exception as error:
            reason = str(error).strip().splitlines()[0]
            if f"{_TRAINING_ONLY}:" in reason:
                raise EngineError(_training_needed(runtime, path)) from None
            raise ModelError(f"ONNX Runtime cannot load {path}: {reason}") from None
        self._runtime = runtime
        self._device = "cuda" if engine.name == "cuda" else "cpu"
        self._held: Held = {}
        self._spare, self._plain, self._shrinking = spare, *_run_options(runtime, self._device)
        self.inputs = tuple(item.name for item in self._session.get_inputs())
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def apart(self) -> Session:
        """The same graph, loaded once, with held inputs of its own from here on."""
        other = copy(self)
        other._held = dict(self._held)
        return other

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

    def rest(self, sizes: Mapping[str, int]) -> None:
        """Give back the memory that runs took, by one on zeros; the next one takes it anew.

        Args:
            sizes: small ones, for the sizes that are known only when the graph runs.
        """
        inputs = {
            item.name: np.zeros([sizes.get(dim, dim) for dim in item.shape], np.float32)
            for item in self._session.get_inputs()
            if any(isinstance(dim, str) for dim in item.shape) or item.name not in self._held
        }
        self._run([self.outputs[0]], inputs, self._shrinking)

    def __call__(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """Run; returns the named outputs."""
        return self._run(outputs, inputs, self._shrinking if self._spare else self._plain)

    def _run(
        self, outputs: Sequence[str], inputs: Mapping[str, Array], options: Any
    ) -> list[Array]:
        binding = self._session.io_binding()
        for name, value in inputs.items():
            binding.bind_cpu_input(name, np.asarray(value, np.float32, order="C"))
        for name, value in self._held.items():
            if name not in inputs:
                binding.bind_ortvalue_input(name, value)
        for name in outputs:
            binding.bind_output(name, "cpu")
        self._session.run_with_iobinding(binding, options)
        return binding.copy_outputs_to_cpu()


def _run_options(runtime: Any, device: str) -> tuple[Any, Any]:
    """Those of a run that keeps its memory for the next, and of one that gives it back."""
    plain, shrinking = runtime.RunOptions(), runtime.RunOptions()
    if device == "cpu":
        shrinking.add_run_config_entry(_SHRINK, "cpu:0")
    return plain, shrinking


def _training_needed(runtime: Any, path: Path) -> str:
    return (
        f"{path} has ONNX Runtime training's gradient, which the onnxruntime here"
        f" ({runtime.__version__}) cannot run; install onnxruntime-training-cpu 1.19.2 in its"
        " place, or build the artefact again with `stylecore models build`"
    )


def _opened(runtime: Any, path: Path, engine: Engine, *, once: bool) -> Any:
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
        options.add_provider_for_devices(openvino_devices(runtime), config)
        return runtime.InferenceSession(str(path), options)
    if engine.name == "cuda":
        cuda = {
            "cudnn_conv_algo_search": "HEURISTIC",
            "use_tf32": str(int(engine.precision == "tf32")),
        }
        return runtime.InferenceSession(str(path), options, providers=[(CUDA, cuda), CPU])
    return runtime.InferenceSession(str(path), options, providers=[CPU])
