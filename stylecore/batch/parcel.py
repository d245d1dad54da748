"""Files that workers find where they are said to be, or that are sent to them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import files
from ..engine.artefact import MANIFEST, read_manifest
from ..engine.locations import artefacts_folder
from ..errors import ModelError
from .recipe import InputFile


@dataclass(frozen=True)
class Network:
    """An artefact, wherever it lies.

    Attributes:
        sha256: of its metadata, which have the SHA-256 of each of its files.
        folder: where it lies on the machine that gives out the work.
    """

    sha256: str
    folder: str


@dataclass(frozen=True)
class Parcel:
    """What a worker was sent because it did not find it.

    Attributes:
        inputs: what is in files, by their SHA-256.
        networks: the files of artefacts by name, by the artefact's SHA-256.
    """

    inputs: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    networks: dict[str, dict[str, bytes]] = field(
        default_factory=dict[str, dict[str, bytes]], repr=False
    )


@dataclass(frozen=True)
class Wanting:
    """What a worker did not find, and was not sent, by SHA-256."""

    inputs: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()


class WantingError(Exception):
    """A worker has not got what it needs.

    Attributes:
        wanting: what that is.
    """

    def __init__(self, wanting: Wanting) -> None:
        super().__init__("something is not here")
        self.wanting = wanting


def network_at(folder: Path) -> Network:
    """The artefact in a folder.

    Raises:
        ModelError: when there is none.
    """
    read_manifest(folder)
    return Network(files.sha256_of(folder / MANIFEST), str(folder.resolve()))


def packed(network: Network) -> dict[str, bytes]:
    """The files of an artefact, to be sent.

    Raises:
        ModelError: when it cannot be read.
    """
    folder = Path(network.folder)
    try:
        names = [MANIFEST, *read_manifest(folder).files]
        return {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise ModelError(f"{folder} cannot be read: {error.strerror}; build it again") from error


@contextmanager
def laid_out(inputs: Sequence[InputFile], parcel: Parcel) -> Generator[dict[str, Path]]:
    """Where the files lie, by SHA-256: where they are said to be, or in a folder for the while.

    Raises:
        WantingError: when one is not at its path with its checksum, and was not sent.
    """
    with ExitStack() as stack:
        found: dict[str, Path] = {}
        lacking: set[str] = set()
        folder: Path | None = None
        for one in inputs:
            if one.sha256 in parcel.inputs:
                if folder is None:
                    made = TemporaryDirectory(prefix="stylecore-", ignore_cleanup_errors=True)
                    folder = Path(stack.enter_context(made))
                found[one.sha256] = _laid(folder, one, parcel.inputs[one.sha256])
            elif _is_at(Path(one.path), one.sha256):
                found[one.sha256] = Path(one.path)
            else:
                lacking.add(one.sha256)
        if lacking:
            raise WantingError(Wanting(inputs=frozenset(lacking)))
        yield found


def found_network(network: Network, parcel: Parcel) -> Path:
    """The folder of an artefact here: where it is said to be, in the cache, or as it was sent.

    Raises:
        WantingError: when it is nowhere, and was not sent.
        ModelError: when there is no place for what was sent.
    """
    for folder in (Path(network.folder), *_cached()):
        if _is_at(folder / MANIFEST, network.sha256):
            return folder
    if network.sha256 not in parcel.networks:
        raise WantingError(Wanting(networks=frozenset({network.sha256})))
    return _unpacked(network.sha256, parcel.networks[network.sha256])


def _laid(folder: Path, one: InputFile, data: bytes) -> Path:
    """A file with this content and the input's own name."""
    path = folder / one.sha256[:16] / Path(one.path).name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def _is_at(path: Path, sha256: str) -> bool:
    try:
        return files.sha256_of(path) == sha256
    except (OSError, ValueError):  # a null character, for one
        return False


def _cached() -> list[Path]:
    try:
        return sorted(artefacts_folder().iterdir())
    except (ModelError, OSError):
        return []


def _unpacked(sha256: str, sent: dict[str, bytes]) -> Path:
    """Keep an artefact that was sent, for all that follows; it is verified when it is opened."""
    try:
        place = artefacts_folder() / f"sent-{sha256[:16]}"
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
        beside.mkdir(parents=True)
        for name, data in sent.items():
            (beside / os.path.basename(name)).write_bytes(data)  # noqa: PTH119 - never a folder
        try:
            beside.rename(place)
        except OSError:  # another worker of this machine was faster
            for path in beside.iterdir():
                path.unlink()
            beside.rmdir()
        return place
    except OSError as error:
        raise ModelError(
            f"no place for a network that was sent ({error.strerror or error}); set STYLECORE_HOME"
            " to a folder on every worker"
        ) from error
