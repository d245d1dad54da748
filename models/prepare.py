"""From settings to a ready artefact: fetch, read and build whatever is not there yet."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.artefact import MANIFEST, artefact_key, fits, read_manifest
from ..engine.locations import artefacts_folder, home
from ..errors import ModelError
from ..files import is_folder, is_there, sha256_of
from ..locks import exclusive
from ..settings import Settings
from . import sources
from .checksums import checksum
from .fetching.download import Progress
from .fetching.fetch import fetch, known_checksums
from .imported import Imported, imported
from .readers.weights import Weights, read_weights

if TYPE_CHECKING:
    from .making.build import Gradient
    from .making.storage import Storage


def ensure_artefact(
    settings: Settings,
    *,
    model: str | Path | None = None,
    offline: bool = False,
    on_progress: Progress | None = None,
    on_note: Callable[[str], None] | None = None,
) -> Path:
    """The folder of an artefact with the pooling, layers and style loss of the settings.

    Args:
        settings: pooling, layers and style loss count.
        model: name of a known source or of imported weights, a weight file, or the folder of an
            artefact; by default the source ``vgg19``.
        offline: never touch the network.
        on_progress: called with the bytes that are here and the bytes in all while fetching.
        on_note: called with a line that the user should read.

    Raises:
        FetchError: when the weights are not here and cannot be brought.
        ModelError: when the model is none of these, damaged, or does not fit the settings.
    """
    if model is not None and is_there(model):
        given = Path(model)
        if given.is_dir():
            return _fitting(given, settings)
        return _of_file(given, settings)
    if entry := imported().get(str(model)):
        return _of_imported(entry, settings)
    source = sources.find(str(model) if model is not None else sources.DEFAULT)
    for sha256 in known_checksums(source):
        if ready := _ready(sha256, settings):
            return ready
    path = fetch(source.name, offline=offline, on_progress=on_progress, on_note=on_note)
    return _built(path, checksum(path), settings)


def ensure_weights(
    model: str | Path | None = None,
    *,
    offline: bool = False,
    on_progress: Progress | None = None,
    on_note: Callable[[str], None] | None = None,
) -> Path:
    """The file of weights that a name or a path stands for, fetched when it is not here.

    Args:
        model: name of a known source or of imported weights, or a weight file; by default the
            source ``vgg19``.
        offline: as for :func:`ensure_artefact`.
        on_progress: as there.
        on_note: as there.

    Raises:
        FetchError: when the weights are not here and cannot be brought.
        ModelError: when the name stands for no weights.
    """
    name = str(model) if model is not None else sources.DEFAULT
    if is_folder(name):
        raise ModelError(f"{name} is a folder; give a file of weights, or the name of a source")
    if is_there(name):
        return Path(name)
    if entry := imported().get(name):
        return entry.path
    return fetch(name, offline=offline, on_progress=on_progress, on_note=on_note)


def artefact_folder(path: Path, settings: Settings, gradient: Gradient = "standard") -> Path:
    """Where the artefact of a file of weights lies in the cache, or will lie.

    One with ONNX Runtime training's gradient lies apart: it is taken only where it is named.
    """
    folder = _folder(checksum(path), settings)
    return folder if gradient == "standard" else folder.with_name(f"{gradient}-{folder.name}")


def build_for(
    settings: Settings,
    weights: Weights,
    folder: Path,
    *,
    storage: Storage = "float32",
    gradient: Gradient = "standard",
) -> Path:
    """Write an artefact with the pooling, layers and style loss of the settings; its folder.

    Args:
        settings: pooling, layers and style loss count.
        weights: as in :func:`build_artefact`.
        folder: as there.
        storage: as there.
        gradient: as there.

    Raises:
        StylecoreError: as there.
    """
    from .making.build import build_artefact  # loads onnx, which a finished artefact does without

    return build_artefact(
        weights,
        folder,
        pooling=settings.pooling,
        content_layers=settings.all_content_layers,
        style_layers=tuple(settings.style_layers),
        style_loss=settings.style_loss,
        storage=storage,
        gradient=gradient,
    )


def _fitting(folder: Path, settings: Settings) -> Path:
    manifest = read_manifest(folder)
    if not fits(manifest, settings):
        raise ModelError(
            f"{folder} has {manifest.layout}, not what was asked for; ask for these,"
            " or give the weights it was built from"
        )
    return folder


def _folder(sha256: str, settings: Settings) -> Path:
    return artefacts_folder() / f"vgg19-{artefact_key(sha256, settings)}"


def _ready(sha256: str, settings: Settings) -> Path | None:
    folder = _folder(sha256, settings)
    return folder if (folder / MANIFEST).is_file() else None


def _of_file(path: Path, settings: Settings) -> Path:
    try:
        home()
    except ModelError:
        return _for_this_process(path, settings)
    return _built(path, checksum(path), settings)


def _for_this_process(path: Path, settings: Settings) -> Path:
    """The artefact of a file of weights where there is no home folder to keep it in."""
    folder = Path(tempfile.mkdtemp(prefix="stylecore-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_for(settings, read_weights(path), folder / "artefact")


def _of_imported(entry: Imported, settings: Settings) -> Path:
    if ready := _ready(entry.sha256, settings):
        return ready
    if not entry.path.is_file() or sha256_of(entry.path) != entry.sha256:
        raise ModelError(
            f"{entry.path} is not what was imported as {entry.name}; run `stylecore models remove"
            f" {entry.name}` and import it again"
        )
    return _built(entry.path, entry.sha256, settings)


def _built(path: Path, sha256: str, settings: Settings) -> Path:
    """The artefact of a file of weights; of two processes that want it, one builds."""
    if ready := _ready(sha256, settings):
        return ready
    weights = read_weights(path)
    # Of what was read, should the file have changed since.
    sha256 = weights.sha256
    folder = _folder(sha256, settings)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(folder.with_name(f".{folder.name}.lock")):
            return _ready(sha256, settings) or build_for(settings, weights, folder)
    except OSError as error:
        raise ModelError(
            f"{folder.parent} cannot be written ({error.strerror or error});"
            " set STYLECORE_HOME to another folder"
        ) from None
