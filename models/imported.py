"""Weights that the user gave a name: a verified copy of the file, with what is known about it."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..engine import locations
from ..errors import ModelError
from . import sources
from .readers.weights import read_weights

_ABOUT = "about.json"


@dataclass(frozen=True)
class Imported:
    """Weights under a name of the user's.

    Attributes:
        name: what the user calls them.
        file: the name of the file that they were read from.
        size: of the file, in bytes.
        sha256: of the file, in hexadecimal.
        licence: of the weights, as far as it is known.
    """

    name: str
    file: str
    size: int
    sha256: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the copy lies."""
        return folder() / self.name / self.file


def folder() -> Path:
    """Where imported weights lie, one folder each."""
    return locations.weights_folder() / "imported"


def import_weights(path: str | Path, name: str) -> Imported:
    """Verify a file of weights and keep a copy under a name.

    Raises:
        ModelError: the file holds no VGG-19, or the name is taken or not usable.
    """
    path = Path(path)
    _check_name(name)
    weights = read_weights(path)
    try:
        entry = Imported(name, path.name, path.stat().st_size, weights.sha256, weights.licence)
        folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=folder()) as temporary:
            whole = Path(temporary) / name
            whole.mkdir()
            shutil.copyfile(path, whole / path.name)
            (whole / _ABOUT).write_text(json.dumps(asdict(entry), indent=2), encoding="utf-8")
            whole.rename(folder() / name)
    except OSError as error:
        raise ModelError(f"{folder()} cannot be written: {error.strerror or error}") from None
    return entry


def imported() -> dict[str, Imported]:
    """All imported weights by name; folders without a readable description are left out."""
    described = sorted(folder().glob(f"[!.]*/{_ABOUT}"))
    entries = (_entry(path) for path in described)
    return {entry.name: entry for entry in entries if entry}


def remove(name: str) -> list[Path]:
    """Delete imported weights, or the fetched file of a known source; what was deleted.

    Raises:
        ModelError: nothing of this name is here.
    """
    if name in imported():
        found = [folder() / name]
    else:
        source = sources.find(name)
        files = [source.file, f"{source.file}.sha256", f".{source.file}.part"]
        files += [f".{source.file}.part.etag"] + ([source.member.file] if source.member else [])
        found = [locations.weights_folder() / file for file in files]
        found = [path for path in found if path.exists()]
    if not found:
        raise ModelError(f"no weights of the name {name} are here; nothing to remove")
    for path in found:
        _delete(path)
    return found


def _delete(path: Path) -> None:
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as error:
        raise ModelError(f"{path} cannot be removed: {error.strerror or error}") from None


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise ModelError(f"the name {name!r} is not usable; take a-z, 0-9, dot, dash, underscore")
    if name in sources.known():
        raise ModelError(f"the name {name} is that of a known source; take another")
    if (folder() / name).exists():
        raise ModelError(f"the name {name} is taken; take another, or remove it first")


def _entry(path: Path) -> Imported | None:
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        entry = Imported(**fields)
    except (OSError, ValueError, TypeError):
        return None
    inside = entry.name == path.parent.name and Path(entry.file).name == entry.file
    return entry if inside else None
