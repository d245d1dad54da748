"""A graph opened by ONNX Runtime on an engine: what it holds on the device, and how it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..errors import EngineError, ModelError
from ..pictures.tensors import Array
from .engines import open_session
from .runtime import onnxruntime, reason
from .table import Engine

_SHRINK = "memory.enable_memory_arena_shrinkage"
_TRAINING_ONLY = "com.microsoft"

Held: TypeAlias = dict[str, Any]
"""ONNX Runtime's values, on the device, by the names of the inputs that they are for."""


class Session:
    """A loaded graph: held inputs stay where it runs, the others are given with each call.

    Attributes:
        provider: what ONNX Runtime itself says that the graph runs on.
        inputs: the names of the graph's inputs.
        outputs: the names of its outputs.

    Args:
        path: of an ``.onnx`` file.
        engine: as from :func:`choose_engine`.
        once: whether it will run one time only, so that preparing it does not pay.
        spare: whether it gives back, after each run, the memory that the run took.

    Raises:
        ModelError: when ONNX Runtime refuses the file.
        EngineError: when the engine does not work here, ONNX Runtime takes another, or only ONNX
            Runtime training could run the graph.
    """

    def __init__(
        self, path: Path, engine: Engine, *, once: bool = False, spare: bool = False
    ) -> None:
        self._runtime = onnxruntime()
        self._session: Any = _loaded(self._runtime, path, engine, once=once)
        self._device = engine.row.device
        self._held: Held = {}
        self._run_options = self._runtime.RunOptions()
        if spare and self._device == "cpu":
            self._run_options.add_run_config_entry(_SHRINK, "cpu:0")
        self.provider: str = self._session.get_providers()[0]
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


def _loaded(runtime: Any, path: Path, engine: Engine, *, once: bool) -> Any:
    try:
        return open_session(path, engine, once=once)
    except EngineError:
        raise
    except Exception as error:
        said = reason(error)
        if f"{_TRAINING_ONLY}:" in said:
            raise EngineError(_training_needed(runtime, path)) from None
        raise ModelError(f"ONNX Runtime cannot load {path}: {said}") from None


def _training_needed(runtime: Any, path: Path) -> str:
    return (
        f"{path} has ONNX Runtime training's gradient, which the onnxruntime here"
        f" ({runtime.__version__}) cannot run; install onnxruntime-training-cpu 1.19.2 in its"
        " place, or build the artefact again with `stylecore models build`"
    )
