"""Building artefacts: graphs of the objective, of features and for tiles, over one weight file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import onnx_ir as ir

from ...engine.artefact import (
    COTANGENTS,
    FEATURES,
    FORMAT,
    KERNELS,
    MANIFEST,
    OBJECTIVE,
    PULLBACK,
    SHALLOW,
    WEIGHTS,
    Manifest,
    in_winograd_form,
)
from ...errors import ModelError
from ...files import sha256_of
from ...losses.table import compares_statistics, terms_with
from ...settings import Pooling, Settings, StyleLoss, block_of
from ..autodiff.tape import inline_functions, write_model
from ..readers.weights import Weights
from .objective import (
    Tensors,
    TrunkSpec,
    features_model,
    kernels_model,
    loss_model,
    objective_model,
)
from .ort_training import with_ort_gradient
from .pullback import cotangents_model, pullback_model
from .storage import Storage, Stored, WeightFile
from .trunk import MARGIN, convolution_of, first_kernel, layers_down_to, mean_in_rgb

Gradient = Literal["standard", "ort-training"]

WINOGRAD_BLOCKS = (3, 4)
"""Where it pays: with fewer channels the transforms cost more than the products save."""

_DEFAULT = Settings()


def build_artefact(
    weights: Weights,
    folder: Path,
    *,
    pooling: Pooling = _DEFAULT.pooling,
    content_layers: Sequence[str] = _DEFAULT.all_content_layers,
    style_layers: Sequence[str] = tuple(_DEFAULT.style_layers),
    style_loss: StyleLoss = _DEFAULT.style_loss,
    name: str = "vgg19",
    storage: Storage = "float32",
    gradient: Gradient = "standard",
) -> Path:
    """Write an artefact; it appears whole or not at all.

    Args:
        weights: of VGG-19, as :func:`read_weights` gives them.
        folder: where it shall lie; an artefact that lies there already is replaced.
        pooling: how the trunk halves its features.
        content_layers: layers whose features are content.
        style_layers: layers whose statistics are style.
        style_loss: what of these is compared.
        name: of the network, for reports.
        storage: of the kernels.
        gradient: which builder makes it; ``ort-training`` needs ONNX Runtime training, for
            building and for running.

    Returns:
        The folder.

    Raises:
        ModelError: for layers that the network does not have, or when the folder cannot be
            written or holds anything but an artefact.
        EngineError: when ONNX Runtime training is asked for and not here.
    """
    folder = folder.absolute()
    try:
        _check_replaceable(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            staged = Path(scratch) / folder.name
            staged.mkdir()
            tensors = _write_weights(weights, staged, [*content_layers, *style_layers], storage)
            spec = TrunkSpec(
                mean=mean_in_rgb(weights.preprocessing),
                tensors=tensors,
                content_layers=tuple(content_layers),
                style_layers=tuple(style_layers),
                pooling=pooling,
                terms=terms_with(style_loss),
            )
            _write_graphs(spec, staged, gradient)
            manifest = _manifest(weights, spec, staged)
            manifest = replace(manifest, name=name, storage=storage, gradient=gradient)
            (staged / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
            _replace(staged, folder)
    except OSError as error:
        raise ModelError(f"no artefact could be written at {folder}: {error}") from None
    return folder


def _write_weights(
    weights: Weights, folder: Path, layers: Sequence[str], storage: Storage
) -> Tensors:
    """Write ``weights.bin`` and return what refers to it."""
    tensors: dict[str, tuple[Stored, ir.TensorProtocol]] = {}
    with WeightFile(folder / WEIGHTS, storage) as file:
        for layer in layers_down_to(layers):
            name = convolution_of(layer)
            kernel, bias = weights.convolutions[name]
            if name == "conv1_1":
                kernel = first_kernel(kernel, weights.preprocessing)
            tensors[name] = file.kernel(f"{name}.kernel", kernel), file.bias(f"{name}.bias", bias)
    return tensors


def _write_graphs(spec: TrunkSpec, folder: Path, gradient: Gradient) -> None:
    _write_plain(spec, folder, gradient)
    if (shallow := spec.shallow) is not None:  # Winograd's form gains nothing there
        _write_plain(shallow, folder, gradient, SHALLOW)
    blocks = set(map(block_of, layers_down_to(spec.layers)))
    if gradient == "ort-training" or not blocks & {*WINOGRAD_BLOCKS}:
        return
    spec = replace(spec, winograd=WINOGRAD_BLOCKS)
    for name, make in _OF_PICTURES.items():
        _write(make(spec), folder / in_winograd_form(name))
    write_model(kernels_model(spec), folder / KERNELS)


def _write_plain(spec: TrunkSpec, folder: Path, gradient: Gradient, prefix: str = "") -> None:
    """The graphs that every engine takes."""
    if gradient == "ort-training":
        model = with_ort_gradient(loss_model(spec), of="loss", by="image")
        write_model(model, folder / (prefix + OBJECTIVE))
        _write(features_model(spec), folder / (prefix + FEATURES))
        return
    for name, make in _OF_PICTURES.items():
        _write(make(spec), folder / (prefix + name))
    if compares_statistics(spec.terms):
        _write(cotangents_model(spec), folder / (prefix + COTANGENTS))


_OF_PICTURES: Mapping[str, Callable[[TrunkSpec], ir.Model]] = {
    OBJECTIVE: objective_model,
    FEATURES: features_model,
    PULLBACK: pullback_model,
}
"""The graphs that the trunk is in."""


def _write(model: ir.Model, path: Path) -> None:
    write_model(inline_functions(model), path)


def _manifest(weights: Weights, spec: TrunkSpec, folder: Path) -> Manifest:
    return Manifest(
        format=FORMAT,
        name="",
        pooling=spec.pooling,
        content_layers=spec.content_layers,
        style_layers=spec.style_layers,
        channels={layer: spec.channels(layer) for layer in spec.layers},
        terms=spec.terms,
        margin=MARGIN,
        source=weights.source,
        source_sha256=weights.sha256,
        licence=weights.licence,
        files={file.name: sha256_of(file) for file in sorted(folder.iterdir())},
    )


def _check_replaceable(folder: Path) -> None:
    """Whatever lies where an artefact goes is deleted, so it must not be anything else."""
    if not folder.exists():
        return
    plain = {*_OF_PICTURES, COTANGENTS}
    known = plain | {SHALLOW + name for name in plain} | set(map(in_winograd_form, _OF_PICTURES))
    known |= {KERNELS, WEIGHTS, MANIFEST}
    if not folder.is_dir() or {item.name for item in folder.iterdir()} - known:
        raise ModelError(f"{folder} holds something that is no artefact; give a new folder")


def _replace(staged: Path, folder: Path) -> None:
    """Put a folder in place of another; a folder cannot be replaced in one step, but nearly."""
    if folder.exists():
        retired = staged.with_name(f"{folder.name}.old")
        folder.rename(retired)
        try:
            staged.rename(folder)
        except OSError:
            retired.rename(folder)
            raise
        shutil.rmtree(retired, ignore_errors=True)
    else:
        staged.rename(folder)
