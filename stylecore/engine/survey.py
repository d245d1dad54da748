"""A survey of the engines: which work here, which one ``auto`` takes, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import EngineError
from ..settings import EngineName
from .engines import choose_engine
from .runtime import onnxruntime
from .table import ENGINES, Engine, row_of


@dataclass(frozen=True)
class Finding:
    """What was found out about an engine by trying it.

    Attributes:
        name: of it.
        engine: as it works here, or None.
        complaint: why it does not work, and what to do; nothing where it does.
    """

    name: str
    engine: Engine | None
    complaint: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        row = row_of(self.name)
        return {
            "name": self.name,
            "provider": row.provider,
            "runs_on": row.runs_on,
            "works": self.engine is not None,
            "precision": self.engine and self.engine.precision,
            "threads": self.engine and self.engine.threads,
            "complaint": self.complaint or None,
        }


@dataclass(frozen=True)
class Survey:
    """All engines.

    Attributes:
        version: of ONNX Runtime.
        providers: what it was built with, which need not work.
        findings: of every engine, in the order of the table.
        chosen: what ``auto`` takes.
        why: it does.
    """

    version: str
    providers: tuple[str, ...]
    findings: tuple[Finding, ...]
    chosen: Engine
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "onnxruntime": self.version,
            "providers": list(self.providers),
            "chosen": self.chosen.as_dict(),
            "why": self.why,
            "engines": [one.as_dict() for one in self.findings],
        }


def survey(threads: int = 0) -> Survey:
    """Try every engine out.

    Args:
        threads: as for :func:`choose_engine`.

    Raises:
        EngineError: when ONNX Runtime is not here, or runs nothing at all.
    """
    runtime = onnxruntime()
    chosen = choose_engine("auto", threads)
    findings = tuple(_tried(name, threads) for name in ENGINES)
    return Survey(
        version=str(runtime.__version__),
        providers=tuple(runtime.get_available_providers()),
        findings=findings,
        chosen=chosen,
        why=_why(chosen, findings),
    )


def _tried(name: Any, threads: int) -> Finding:
    wanted: EngineName = name
    try:
        return Finding(name, choose_engine(wanted, threads))
    except EngineError as error:
        return Finding(name, None, str(error).removeprefix(f"engine {name}: "))


def _why(chosen: Engine, findings: Sequence[Finding]) -> str:
    """Which of those that are preferred were passed over, and why the chosen one was not."""
    names = [one for one in ENGINES if ENGINES[one].auto]
    before = names[: names.index(chosen.name)]
    passed = [_passed(one) for one in findings if one.name in before]
    works = f"{chosen.name} works"
    return "; ".join([*passed, works if passed else f"{works}, and is the first choice"])


def _passed(one: Finding) -> str:
    if one.engine is None:
        return f"{one.name} does not work here"
    return f"{one.name} has no {one.engine.row.auto} here"
