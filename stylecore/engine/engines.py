"""Choosing an engine, by trying it out, and opening graphs on it and nowhere else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, get_args

import numpy as np

from ..errors import EngineError
from ..settings import EngineName
from .cores import usable_cores
from .runtime import onnxruntime, reason
from .table import CPU, ENGINES, Engine, Row, row_of, unknown

_FLOAT_1111 = b"\x12\x16\n\x14\x08\x01\x12\x10" + 4 * b"\n\x02\x08\x01"
TRIAL = (
    b'\x08\t:g\n\x0f\n\x01x\n\x01w\x12\x01y"\x04Conv\x12\x05trial'
    b"*\x13%b\x10\x01B\x01wJ\x04\x00\x00\x80?"
    b"Z\x1b\n\x01x%b"
    b"b\x1b\n\x01y%b"
    b"B\x04\n\x00\x10\x12"
) % (4 * b"\x08\x01", *(2 * (_FLOAT_1111,)))
"""An ONNX file: y = Conv(x, w), each of them (1, 1, 1, 1), and w a constant, as of a network.

A test builds the same with onnx.
"""

_WARNING, FATAL = 2, 4
"""ONNX Runtime's degrees of severity: what it logs by default, and what we let it log."""

_NOTHING_ON_CPU = "session.disable_cpu_ep_fallback"
_SPINNING = "session.intra_op.allow_spinning"

_ONE_AT_A_TIME = Lock()


def choose_engine(name: EngineName = "auto", threads: int = 0) -> Engine:
    """Pick an engine; ``auto`` takes CUDA, then OpenVINO in bf16, then the CPU provider.

    Each is tried out, once in a process: what ONNX Runtime lists need not load. Those that ``auto``
    does not take are not tried before they are asked for.

    Args:
        name: what was asked for.
        threads: on the CPU; 0 takes every core that this process may use, by its
            affinity and its CPU quota.

    Raises:
        EngineError: when ONNX Runtime is not here, or the engine asked for does not work.
    """
    if name not in get_args(EngineName):
        raise unknown(name)
    if name != "auto":
        return _working(name, threads)
    *preferred, last = ENGINES
    for one in preferred:
        if not row_of(one).auto:
            continue
        with suppress(EngineError):
            engine = _working(one, threads)
            if engine.precision == engine.row.auto:
                return engine
    return _working(last, threads)


def exact(engine: Engine) -> Engine:
    """The engine, in fp32, that targets and final losses are measured on."""
    name = engine.row.exact
    return replace(engine, name=name, provider=row_of(name).provider, precision="fp32")


def open_session(source: Path | bytes, engine: Engine, *, once: bool = False) -> Any:
    """ONNX Runtime's session of a graph, on the engine and nowhere else.

    Args:
        source: the path of an ``.onnx`` file, or what is in it.
        engine: as from :func:`choose_engine`.
        once: whether it will run one time only, so that preparing it does not pay.

    Raises:
        EngineError: when the engine does not work here, or ONNX Runtime takes another.
        Exception: one of ONNX Runtime's many, when it refuses the graph.
    """
    _working(engine.name, engine.threads)
    session = _opened(onnxruntime(), source, engine, once=once)
    _check_provider(session, engine)
    return session


def _working(name: str, threads: int) -> Engine:
    runtime = onnxruntime()
    with _ONE_AT_A_TIME:  # what is redirected meanwhile belongs to the whole process
        found = _tried(runtime, name)
    if isinstance(found, str):
        raise EngineError(found)
    return replace(found, threads=threads or usable_cores())


@cache
def _tried(runtime: Any, name: str) -> Engine | str:
    """The engine, or why it does not work."""
    row = row_of(name)
    try:
        complaint = row.prepare(runtime)
        engine = Engine(name, row.provider, row.precision(runtime), threads=1)
        with _quiet(runtime, row):
            session = _opened(runtime, TRIAL, engine, alone=True)
            _check_provider(session, engine, complaint)
            one = np.ones((1, 1, 1, 1), np.float32)
            session.run(None, {"x": one})
    except EngineError as error:
        return str(error)
    except Exception as error:
        says = row.provider if row.opens else "ONNX Runtime"
        return f"engine {name}: {says} says: {reason(error)}; {row.remedy}"
    return engine


@contextmanager
def _quiet(runtime: Any, row: Row) -> Generator[None]:
    if not row.logs:
        yield
        return
    runtime.set_default_logger_severity(FATAL)
    try:
        yield
    finally:
        runtime.set_default_logger_severity(_WARNING)


def _check_provider(session: Any, engine: Engine, complaint: str = "") -> None:
    found = session.get_providers()[0]
    if found != engine.row.provider:
        said = f" ({complaint})" if complaint else ""
        raise EngineError(
            f"engine {engine.name}: asked for {engine.row.provider}, ONNX Runtime took"
            f" {found}{said}; {engine.row.remedy}"
        )


def _opened(
    runtime: Any, source: Path | bytes, engine: Engine, *, once: bool = False, alone: bool = False
) -> Any:
    if engine.row.opens is not None:
        return engine.row.opens(source, engine)
    options = runtime.SessionOptions()
    if alone and engine.provider != CPU:
        # A session names every provider that it was given, even one that took no node at all.
        options.add_session_config_entry(_NOTHING_ON_CPU, "1")
    if once:
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.enable_cpu_mem_arena = False  # what it gives would stay in twice the memory
    options.intra_op_num_threads = engine.threads
    if not engine.spins:
        options.add_session_config_entry(_SPINNING, "0")
    options.log_severity_level = FATAL  # what fails is raised; the library writes nothing
    # Sizes change from scale to scale: a remembered memory plan of the last one is only ballast.
    options.enable_mem_pattern = False
    # In the order of the graph: by default the gradients of all style terms would wait in memory.
    options.execution_order = runtime.ExecutionOrder.PRIORITY_BASED
    providers = engine.row.providers(runtime, options, engine)
    given = source if isinstance(source, bytes) else str(source)
    return runtime.InferenceSession(given, options, providers=providers, enable_fallback=0)
