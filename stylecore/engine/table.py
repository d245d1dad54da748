"""The engines as a table: all that depends on which one runs the graphs stands in its row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from ..errors import EngineError
from ..settings import EngineName
from . import cuda, native, openvino
from .offered import OFFERS, Offer

CPU = "CPUExecutionProvider"


@dataclass(frozen=True)
class Engine:
    """What runs the graphs.

    Attributes:
        name: of its row in the table.
        provider: ONNX Runtime's name of the execution provider.
        precision: of the convolutions: ``fp32``, ``tf32``, ``bf16`` or ``fp16``.
        threads: on the CPU.
        spins: whether these stay awake between two runs of a session. It saves waking them, and
            takes cores away from all else that runs meanwhile, other sessions too.
    """

    name: str
    provider: str
    precision: str
    threads: int
    spins: bool = True

    @property
    def row(self) -> Row:
        """Its row in the table of engines.

        Raises:
            EngineError: when there is none.
        """
        return row_of(self.name)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for reports."""
        return {name: value for name, value in asdict(self).items() if name != "spins"}


@dataclass(frozen=True)
class Row:
    """What tells one engine from the others; a new engine is one more row.

    Attributes:
        provider: ONNX Runtime's name of the execution provider.
        prepare: loads what it stands on, once; returns what ONNX Runtime complains of, if anything.
        precision: asks ONNX Runtime for the precision that it has here.
        auto: the precision in which ``auto`` prefers it to the rows below; nothing for one that is
            taken only when it is asked for.
        exact: the engine whose fp32 targets and final losses are measured in.
        device: where ONNX Runtime holds its values.
        winograd: whether it runs the graphs that multiply less: libraries of other devices choose
            their algorithms themselves, and multiply in fewer bits.
        providers: what a session is given; it may set the session's options instead.
        remedy: what to do where it does not work.
        runs_on: what it wants, in words.
        logs: whether ONNX Runtime writes to stderr, by its global log, when it does not load.
        opens: what opens graphs in the place of ONNX Runtime, or None.
    """

    provider: str
    prepare: Callable[[Any], str]
    precision: Callable[[Any], str]
    auto: str
    exact: str
    device: str
    winograd: bool
    providers: Callable[[Any, Any, Engine], list[Any] | None]
    remedy: str
    runs_on: str
    logs: bool = False
    opens: Callable[[Path | bytes, Engine], Any] | None = None


def _with_cuda(_runtime: Any, _options: Any, engine: Engine) -> list[Any]:
    return [(cuda.PROVIDER, cuda.options(engine.precision))]


def _with_cpu(_runtime: Any, _options: Any, _engine: Engine) -> list[Any]:
    return [CPU]


def _with_openvino(runtime: Any, options: Any, engine: Engine) -> None:
    openvino.configure(runtime, options, engine.precision, engine.threads)


def _offered(name: str, offer: Offer, **other: Any) -> Row:
    """The row of a provider that some builds have: asked for by name, for nothing here measured it.

    Args:
        name: of the engine.
        offer: what is known of the provider.
        other: what differs from a device of its own memory, of which ONNX Runtime moves the values.
    """
    usual: dict[str, Any] = {
        "prepare": partial(offer.prepare, name),
        "exact": "cpu",
        "device": "cpu",
        "providers": offer.providers,
    }
    return Row(
        provider=offer.provider,
        precision=lambda _: offer.precision,
        auto="",
        winograd=False,
        remedy=offer.remedy,
        runs_on=offer.runs_on,
        logs=True,
        **usual | other,
    )


def _prepare_tensorrt(runtime: Any) -> str:
    return OFFERS["tensorrt"].prepare("tensorrt", runtime) or cuda.load_libraries(runtime)


def _with_tensorrt(_runtime: Any, _options: Any, engine: Engine) -> list[Any]:
    """What TensorRT does not take, CUDA does."""
    tensorrt = (OFFERS["tensorrt"].provider, dict(OFFERS["tensorrt"].options))
    return [tensorrt, (cuda.PROVIDER, cuda.options(engine.precision))]


_OTHERS = {
    "tensorrt": {
        "prepare": _prepare_tensorrt,
        "exact": "cuda",
        "device": "cuda",
        "providers": _with_tensorrt,
    }
}

ENGINES: Mapping[str, Row] = MappingProxyType(
    {
        "cuda": Row(
            provider=cuda.PROVIDER,
            prepare=cuda.load_libraries,
            precision=lambda _: "tf32",
            auto="tf32",
            exact="cuda",
            device="cuda",
            winograd=False,
            providers=_with_cuda,
            remedy=(
                "it wants an NVIDIA GPU with its driver, and the libraries of pip install"
                " 'stylecore[gpu]'; or take --engine cpu"
            ),
            runs_on="an NVIDIA GPU",
            logs=True,
        ),
        "openvino": Row(
            provider=openvino.PROVIDER,
            prepare=openvino.register,
            precision=openvino.precision,
            # In fp32 it runs like the CPU provider; bf16 is the reason to prefer it.
            auto="bf16",
            exact="cpu",
            device="cpu",
            winograd=False,
            providers=_with_openvino,
            remedy="pip install -U 'stylecore[openvino]', or take --engine cpu",
            runs_on="an Intel processor",
        ),
        **{name: _offered(name, one, **_OTHERS.get(name, {})) for name, one in OFFERS.items()},
        "openvino-native": Row(
            provider=native.PROVIDER,
            prepare=native.load,
            precision=native.precision,
            auto="",
            exact="cpu",
            device="cpu",
            winograd=False,
            providers=_with_cpu,
            remedy=native.REMEDY,
            runs_on="any processor, faster where it multiplies in bf16",
            opens=lambda source, engine: native.NativeSession(
                source, engine.precision, engine.threads
            ),
        ),
        "cpu": Row(
            provider=CPU,
            prepare=lambda _: "",
            precision=lambda _: "fp32",
            auto="fp32",
            exact="cpu",
            device="cpu",
            winograd=True,
            providers=_with_cpu,
            remedy="install ONNX Runtime anew: pip install --force-reinstall onnxruntime",
            runs_on="any processor",
        ),
    }
)
"""The engines by their names, in the order in which ``auto`` tries them."""


def row_of(name: str) -> Row:
    """The row of an engine.

    Raises:
        EngineError: when there is none.
    """
    if name not in ENGINES:
        raise unknown(name)
    return ENGINES[name]


def unknown(name: str) -> EngineError:
    """What to raise for a name that is no engine's; it tells those that are."""
    return EngineError(f"no engine {name!r}; take one of {', '.join(get_args(EngineName))}")
