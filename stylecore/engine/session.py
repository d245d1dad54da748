"""A graph opened by ONNX Runtime on an engine: what it holds on the device, and how it runs."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..errors import EngineError, ModelError
from ..pictures.tensors import Array
from .engines import open_session
from .native import SHRINK, NativeSession
from .runtime import onnxruntime, reason
from .table import Engine

_TYPES = {"tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
"""Of inputs that are not float32; what is given is converted."""

_TRAINING_ONLY = "com.microsoft"

Held: TypeAlias = dict[str, Any]
"""ONNX Runtime's values, on the device, by the names of the inputs that they are for."""


class Port(NamedTuple):
    """An input or output of a graph, as it declares it.

    Attributes:
        name: of it.
        shape: its sizes; None for each that is known only when the graph runs, and for a shape
            that is not declared at all, nothing.
        kind: what ONNX Runtime calls its type: ``tensor(float)``.
    """

    name: str
    shape: tuple[int | None, ...]
    kind: str


class Session:
    """A loaded graph: held inputs stay where it runs, the others are given with each call.

    Several threads may call one session at a time: a call binds its own inputs and outputs, and
    computes with all that was held when it began. Its memory goes back with the last reference.

    Attributes:
        provider: what ONNX Runtime itself says that the graph runs on.
        inputs: the names of the graph's inputs.
        outputs: the names of its outputs.

    Args:
        path: of an ``.onnx`` file.
        engine: as from :func:`choose_engine`.
        data: what is in the file, where that was read, and perhaps changed, already.
        once: whether it will run one time only, so that preparing it does not pay.
        spare: whether it gives back, after each run, the memory that the run took.

    Raises:
        ModelError: when ONNX Runtime refuses the file.
        EngineError: when the engine does not work here, ONNX Runtime takes another, or only ONNX
            Runtime training could run the graph.
    """

    def __init__(
        self,
        path: Path,
        engine: Engine,
        *,
        data: bytes | None = None,
        once: bool = False,
        spare: bool = False,
    ) -> None:
        self._runtime = onnxruntime()
        self._path = path
        self._session: Any = _loaded(self._runtime, path, engine, data, once=once)
        self._device = engine.row.device
        self._held: Held = {}
        self._spare, self._plain, self._shrinking = (
            spare,
            *_run_options(self._runtime, self._device),
        )
        self.provider: str = self._session.get_providers()[0]
        self.inputs = tuple(item.name for item in self._session.get_inputs())
        self._types = {item.name: _TYPES.get(item.type) for item in self._session.get_inputs()}
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def ports(self) -> tuple[list[Port], list[Port]]:
        """The graph's inputs and outputs."""
        return (
            [_port(item) for item in self._session.get_inputs()],
            [_port(item) for item in self._session.get_outputs()],
        )

    def metadata(self) -> dict[str, str]:
        """What the file says of itself."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def apart(self) -> Session:
        """The same graph, loaded once, with held inputs of its own from here on."""
        other = copy(self)
        other._held = dict(self._held)
        return other

    def hold(self, values: Mapping[str, Array]) -> None:
        """Keep inputs on the device until they are given anew.

        Raises:
            ModelError: when the graph has no such input.
            EngineError: when they find no room there.
        """
        self._check_known(values, self.inputs, "input")
        # A copy: on the CPU, what is held is this very memory.
        copies = {name: np.array(value, np.float32, order="C") for name, value in values.items()}
        place = self._runtime.OrtValue.ortvalue_from_numpy
        with self._failing("hold values for"):
            placed = {name: place(copy, self._device) for name, copy in copies.items()}
        self._held = {**self._held, **placed}

    def share(self, held: Held) -> None:
        """Keep what lies on the device already, such as another graph's outputs.

        What the graph does not take is for others that share the same.
        """
        taken = {name: value for name, value in held.items() if name in self.inputs}
        self._held = {**self._held, **taken}

    def held_outputs(self) -> Held:
        """Run; returns every output where it lies, by its name.

        Raises:
            ModelError: when an input is missing.
            EngineError: when ONNX Runtime fails.
        """
        binding = self._run(self.outputs, {}, self._device, self._plain)
        return dict(zip(self.outputs, binding.get_outputs(), strict=True))

    def rest(self, sizes: Mapping[str, int]) -> None:
        """Give back the memory that runs took, by one on zeros; the next one takes it anew.

        Args:
            sizes: small ones, for the sizes that are known only when the graph runs.
        """
        if isinstance(self._session, NativeSession):
            self._session.rest()
            return
        inputs = {
            item.name: np.zeros([sizes.get(dim, dim) for dim in item.shape], np.float32)
            for item in self._session.get_inputs()
            if any(isinstance(dim, str) for dim in item.shape) or item.name not in self._held
        }
        self._run([self.outputs[0]], inputs, "cpu", self._shrinking)

    def __call__(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """Run; returns the named outputs.

        Raises:
            ModelError: when the graph has no such output or input, or one is missing.
            EngineError: when ONNX Runtime fails.
        """
        options = self._shrinking if self._spare else self._plain
        return self._run(outputs, inputs, "cpu", options).copy_outputs_to_cpu()

    def again(self, outputs: Sequence[str], **inputs: Array) -> list[Array]:
        """Run, and keep the memory that it took: the next run, of the same sizes, is faster.

        Raises:
            ModelError: as a call.
            EngineError: as a call.
        """
        return self._run(outputs, inputs, "cpu", self._plain).copy_outputs_to_cpu()

    def _run(
        self, outputs: Sequence[str], inputs: Mapping[str, Array], device: str, options: Any
    ) -> Any:
        held = self._held
        self._check_call(outputs, inputs, held)
        with self._failing("run"):
            binding = self._session.io_binding()
            for name, value in inputs.items():
                binding.bind_cpu_input(name, _as(self._types[name], value))
            for name in held.keys() - inputs.keys():
                binding.bind_ortvalue_input(name, held[name])
            for name in outputs:
                binding.bind_output(name, device)
            self._session.run_with_iobinding(binding, options)
        return binding

    def _check_call(self, outputs: Sequence[str], inputs: Mapping[str, Array], held: Held) -> None:
        self._check_known(outputs, self.outputs, "output")
        self._check_known(inputs, self.inputs, "input")
        missing = [name for name in self.inputs if name not in inputs and name not in held]
        if missing:
            raise ModelError(
                f"{self._path} was run without {', '.join(missing)};"
                f" it wants {', '.join(self.inputs)}"
            )

    def _check_known(self, given: Collection[str], known: Sequence[str], kind: str) -> None:
        unknown = [name for name in given if name not in known]
        if unknown:
            raise ModelError(
                f"{self._path} has no {kind} {', '.join(unknown)}; its {kind}s are"
                f" {', '.join(known)}"
            )

    @contextmanager
    def _failing(self, verb: str) -> Generator[None]:
        try:
            yield
        except Exception as error:
            raise EngineError(
                f"{self.provider} cannot {verb} {self._path}: {reason(error)}"
            ) from error


def _as(kind: Any, value: Array) -> Any:
    """A value in the type of its input, float32 where that is none of the table's."""
    if kind is np.uint8:
        value = np.rint(value).clip(0, 255)
    return np.asarray(value, kind or np.float32, order="C")


def _port(item: Any) -> Port:
    sizes = tuple(size if isinstance(size, int) and size > 0 else None for size in item.shape or ())
    return Port(item.name, sizes, item.type)


def _loaded(runtime: Any, path: Path, engine: Engine, data: bytes | None, *, once: bool) -> Any:
    try:
        return open_session(path if data is None else data, engine, once=once)
    except EngineError:
        raise
    except Exception as error:
        said = reason(error)
        if f"{_TRAINING_ONLY}:" in said:
            raise EngineError(_training_needed(runtime, path)) from None
        reader = engine.provider if engine.row.opens else "ONNX Runtime"
        raise ModelError(f"{reader} cannot load {path}: {said}") from None


def _run_options(runtime: Any, device: str) -> tuple[Any, Any]:
    """Those of a run that keeps its memory for the next, and of one that gives it back."""
    plain, shrinking = runtime.RunOptions(), runtime.RunOptions()
    if device == "cpu":
        shrinking.add_run_config_entry(SHRINK, "cpu:0")
    return plain, shrinking


def _training_needed(runtime: Any, path: Path) -> str:
    return (
        f"{path} has ONNX Runtime training's gradient, which the onnxruntime here"
        f" ({runtime.__version__}) cannot run; install onnxruntime-training-cpu 1.19.2 in its"
        " place, or build the artefact again with `stylecore models build`"
    )
