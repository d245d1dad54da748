"""Looks at weights that are here: is the file what it was, and does it hold the network?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError
from . import sources
from .checksum import sha256_of
from .fetch import present, problem
from .imported import imported
from .weights import read_weights


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: was looked at.
        passed: whether it is as it should be.
        detail: what was found.
    """

    what: str
    passed: bool
    detail: str


def inspect_weights(name: str) -> list[Finding]:
    """Look at the file of a known source, or at imported weights.

    Raises:
        ModelError: nothing of this name is here.
    """
    return list(_findings(*_located(name)))


def _located(name: str) -> tuple[Path, str]:
    """The file, and what is wrong with its size or checksum (empty: nothing)."""
    if entry := imported().get(name):
        found = sha256_of(entry.path) if entry.path.is_file() else "missing"
        wrong = "" if found == entry.sha256 else f"is {found} instead of {entry.sha256}"
        return entry.path, wrong
    source = sources.find(name)
    path = present(source)
    if path is None:
        raise ModelError(f"{name} is not here; run `stylecore models fetch {name}` first")
    return path, problem(path, source)


def _findings(path: Path, wrong: str) -> Iterator[Finding]:
    yield Finding("checksum", not wrong, wrong or "as published, or as imported")
    try:
        weights = read_weights(path)
    except ModelError as error:
        yield Finding("network", False, str(error))
        return
    yield Finding("network", True, f"VGG-19, {len(weights.convolutions)} convolutions")
    preprocessing = weights.preprocessing
    mean = ", ".join(f"{value:.3f}" for value in preprocessing.mean)
    yield Finding("input", True, f"{preprocessing.order.upper()}, mean {mean}")
