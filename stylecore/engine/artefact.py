"""The artefact: the folder of graphs, weights and metadata that ``stylecore.models`` makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from ..errors import ModelError
from ..files import sha256_of
from ..losses.table import DEFAULT, TERMS, compares_statistics, layers_of, style_loss_of
from ..losses.term import FeatureTerm
from ..settings import LAYERS, Settings, StyleLoss, sees_forms
from .locations import artefacts_folder
from .onnxscan import external_files

FORMAT = 7
MANIFEST = "artefact.json"
OBJECTIVE = "objective.onnx"
FEATURES = "features.onnx"
PULLBACK = "pullback.onnx"
COTANGENTS = "cotangents.onnx"
"""The two that a picture in tiles needs besides; the latter where statistics are compared."""

WEIGHTS = "weights.bin"
KERNELS = "winograd-kernels.onnx"
"""Makes the kernels that the graphs in Winograd's form take as inputs, from the weights."""

SHALLOW = "shallow-"
"""Before the names of graphs of the shallow layers alone."""

DEFAULT_SOURCE = "vgg19"
"""The source of weights that is taken where none is named."""


def in_winograd_form(graph: str) -> str:
    """The file of a graph whose deep convolutions multiply less, for the CPU provider."""
    return f"winograd-{graph}"


@dataclass(frozen=True)
class Manifest:
    """What an artefact says of itself.

    Attributes:
        format: version of this contract.
        name: of the network, ``vgg19``.
        pooling: ``max`` or ``average``.
        content_layers: layers whose features are content, in the graph's order.
        style_layers: layers whose statistics are style, in the graph's order.
        channels: number of channels of each of these layers.
        source: name of the weight source.
        source_sha256: of the file that the weights were read from.
        licence: of the weights.
        files: SHA-256 of each file in the folder.
        storage: how the weights lie in ``weights.bin``: ``float32``, ``float16`` or ``palette8``.
        gradient: which builder made the gradient: ``standard`` operators, or ``ort-training``.
        terms: of the loss, by their names in the table of terms, in the graph's order.
        margin: pixels of mirror image that the trunk adds around a picture and cuts off again.
    """

    format: int
    name: str
    pooling: str
    content_layers: tuple[str, ...]
    style_layers: tuple[str, ...]
    channels: Mapping[str, int]
    source: str
    source_sha256: str
    licence: str
    files: Mapping[str, str]
    storage: str = "float32"
    gradient: str = "standard"
    terms: tuple[str, ...] = DEFAULT
    margin: int = 0

    def layers_of(self, term: FeatureTerm) -> tuple[str, ...]:
        """The layers that a term of the loss looks at."""
        return layers_of(term, self.terms, self.content_layers, self.style_layers)

    @property
    def style_loss(self) -> StyleLoss:
        """What of the style's features is compared."""
        return cast("StyleLoss", style_loss_of(self.terms))

    @property
    def sha256(self) -> str:
        """One SHA-256 for all of its files."""
        listed = "".join(f"{self.files[name]} {name}\n" for name in sorted(self.files))
        return hashlib.sha256(listed.encode()).hexdigest()

    @property
    def layout(self) -> str:
        """Pooling, layers and style loss in words, for messages."""
        content, style = ",".join(self.content_layers), ",".join(self.style_layers)
        return f"{self.pooling} pooling, content {content} and {self.style_loss} of style {style}"

    @property
    def shallow(self) -> Manifest | None:
        """Of the graphs of the shallow layers alone, by the names that the others have.

        None where there are no such layers of content and style both, or no deeper ones.
        """
        part = shallow_part(self.content_layers, self.style_layers)
        if part is None:
            return None
        (content, style), layers = part, {*part[0], *part[1]}
        files = {
            name.removeprefix(SHALLOW): sha256
            for name, sha256 in self.files.items()
            if name.startswith(SHALLOW) or name == WEIGHTS
        }
        channels = {layer: count for layer, count in self.channels.items() if layer in layers}
        return replace(
            self, content_layers=content, style_layers=style, channels=channels, files=files
        )

    def to_json(self) -> str:
        """The manifest as it stands in ``artefact.json``."""
        return json.dumps(asdict(self), indent=2) + "\n"


@dataclass(frozen=True)
class Artefact:
    """An artefact on disk whose files are all there and unchanged.

    Attributes:
        folder: where it lies.
        manifest: what it says of itself.
        prefix: stands before the names of its graphs.
    """

    folder: Path
    manifest: Manifest
    prefix: str = ""

    @property
    def shallow(self) -> Artefact | None:
        """The part of it that sees the shallow layers alone, or None where there is none."""
        manifest = self.manifest.shallow
        return None if manifest is None else Artefact(self.folder, manifest, SHALLOW)

    def path(self, file: str) -> Path:
        """Where one of its files lies."""
        return self.folder / (file if file == WEIGHTS else self.prefix + file)


def load_artefact(folder: Path) -> Artefact:
    """Read an artefact's metadata, verify every file's checksum and what the graphs refer to.

    Raises:
        ModelError: when the folder is no artefact, is of another format, is damaged, or has a
            graph that reads any file but its own weights; or when its path is not UTF-8.
    """
    if any("\udc80" <= character <= "\udcff" for character in str(folder)):
        raise ModelError(
            f"{folder} is not UTF-8, which ONNX Runtime cannot open; give a folder of another name"
        )
    manifest = read_manifest(folder)
    try:
        for name, wanted in manifest.files.items():
            _verify(folder, name, wanted)
        for name in manifest.files:
            if name.endswith(".onnx"):
                _verify_references(folder / name)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder} cannot be read ({error}); build it again with {_MAKE}"
        ) from None
    return Artefact(folder, manifest)


def _verify(folder: Path, name: str, wanted: str) -> None:
    path = folder / name
    if Path(name).name != name:
        raise ModelError(f"{folder}: its metadata names {name!r}, outside the folder; rebuild it")
    if not path.is_file():
        raise ModelError(f"{path} is missing; build the artefact again with {_MAKE}")
    if sha256_of(path) != wanted:
        raise ModelError(f"{path} is damaged (wrong SHA-256); build it again with {_MAKE}")


def _verify_references(graph: Path) -> None:
    """Older releases of ONNX Runtime read whatever file, or address, a graph names."""
    if others := external_files(graph.read_bytes()) - {WEIGHTS}:
        raise ModelError(
            f"{graph} wants data from {min(others)!r}, not {WEIGHTS}: do not trust it; build one"
            f" with {_MAKE}"
        )


def read_manifest(folder: Path) -> Manifest:
    """Read ``artefact.json``.

    Raises:
        ModelError: as :func:`load_artefact`.
    """
    path = folder / MANIFEST
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"no artefact in {folder}: no {MANIFEST}; make one with {_MAKE}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}); make it anew with {_MAKE}") from None
    return _parse(path, fields)


def artefact_key(source_sha256: str, settings: Settings) -> str:
    """The folder name of the artefact for some weights, pooling, layers and style loss."""
    parts = [str(FORMAT), source_sha256, settings.pooling, settings.style_loss]
    layers = settings.all_content_layers, settings.style_layers
    parts += [",".join(sorted(names)) for names in layers]
    digest = hashlib.sha256("|".join(parts).encode()).hexdigest()
    return f"{settings.pooling}-{digest[:12]}"


def default_artefact(settings: Settings) -> Path:
    """The folder of the artefact that was made on this machine for these settings.

    Raises:
        ModelError: when none was made yet.
    """
    fitting: list[tuple[bool, Path]] = []
    for folder in artefacts_folder().glob(f"vgg19-{settings.pooling}-*"):
        try:
            manifest = read_manifest(folder)
        except ModelError:
            # A damaged neighbour must not hide one that is whole.
            continue
        if fits(manifest, settings):
            fitting.append((manifest.source != DEFAULT_SOURCE, folder))
    if fitting:
        return min(fitting)[1]
    raise ModelError(
        f"no artefact with {settings.pooling} pooling, style loss {settings.style_loss} and these"
        f" layers in {artefacts_folder()}; make it with {_MAKE}, or give model= the folder of one"
    )


def fits(manifest: Manifest, settings: Settings) -> bool:
    """Whether the artefact has the layers, pooling and style loss that the settings ask for.

    Layers of the content may be there that they do not ask for.
    """
    return (
        manifest.pooling == settings.pooling
        and manifest.style_loss == settings.style_loss
        and set(manifest.content_layers) >= set(settings.all_content_layers)
        and set(manifest.style_layers) == set(settings.style_layers)
    )


_MAKE = "`stylecore models build`"


def _parse(path: Path, fields: Any) -> Manifest:
    given: dict[str, Any] = cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}
    if given.get("format") != FORMAT:
        raise ModelError(
            f"{path} is of format {given.get('format')!r}, not {FORMAT}; make it anew with {_MAKE}"
        )
    try:
        given["content_layers"] = tuple(given["content_layers"])
        given["style_layers"] = tuple(given["style_layers"])
        given["terms"] = tuple(given["terms"])
        given["files"] = dict(given["files"])
        manifest = Manifest(**given)
        _check_types(manifest)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} is incomplete ({error}); make it anew with {_MAKE}") from None
    if missing := _needed(manifest) - set(manifest.files):
        raise ModelError(f"{path} lists no {', '.join(sorted(missing))}; make it anew with {_MAKE}")
    return manifest


def shallow_layers(layers: Sequence[str]) -> tuple[str, ...]:
    """Those of layers that see strokes, in their order."""
    return tuple(layer for layer in layers if not sees_forms(layer))


def shallow_part(
    content: Sequence[str], style: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Those of layers of content and of style; None where either has none, or all are such."""
    found = shallow_layers(content), shallow_layers(style)
    return found if all(found) and {*found[0], *found[1]} != {*content, *style} else None


def _needed(manifest: Manifest) -> set[str]:
    graphs = {OBJECTIVE, FEATURES}
    if manifest.gradient == "standard":
        graphs |= {PULLBACK} | ({COTANGENTS} if compares_statistics(manifest.terms) else set())
    of_shallow = set[str]() if manifest.shallow is None else {SHALLOW + name for name in graphs}
    return graphs | of_shallow | {WEIGHTS}


def _check_types(manifest: Manifest) -> None:
    """Raise ValueError for the first field that does not hold what it should."""
    checksums: list[object] = list(manifest.files.values())
    layers = {*manifest.content_layers, *manifest.style_layers}
    good = {
        "layers": layers <= set(LAYERS),
        "terms": set(manifest.terms) <= set(TERMS),
        "margin": type(manifest.margin) is int and manifest.margin >= 0,
        "channels": set(manifest.channels) == layers,
        "files": all(isinstance(item, str) for item in checksums),
    }
    for name in ("name", "pooling", "source", "source_sha256", "licence", "storage", "gradient"):
        good[name] = isinstance(getattr(manifest, name), str)
    if wrong := [name for name, holds in good.items() if not holds]:
        raise ValueError(f"{wrong[0]} is not what it should be")
