"""Building artefacts: the objective and features graphs over one shared weight file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx_ir as ir

from ..artefact import FEATURES, FORMAT, MANIFEST, OBJECTIVE, WEIGHTS, Manifest, file_sha256
from ..errors import ModelError
from ..settings import Pooling
from .graph import inline_functions, write_model
from .objective import TrunkSpec, features_model, objective_model
from .trunk import convolution_of, first_kernel, layers_down_to, mean_in_rgb
from .weights import Weights

_ALIGNMENT = 4096


def build_artefact(
    weights: Weights,
    folder: Path,
    *,
    pooling: Pooling = "max",
    content_layers: Sequence[str] = ("relu4_2",),
    style_layers: Sequence[str] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
    name: str = "vgg19",
) -> Path:
    """Write an artefact; it appears whole or not at all.

    Args:
        weights: of VGG-19, as :func:`read_weights` gives them.
        folder: where it shall lie; an artefact that lies there already is replaced.
        pooling: how the trunk halves its features.
        content_layers: layers whose features are content.
        style_layers: layers whose Grams are style.
        name: of the network, for reports.

    Returns:
        The folder.

    Raises:
        ModelError: for layers that the network does not have, or when the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            staged = Path(scratch) / folder.name
            staged.mkdir()
            tensors = _write_weights(weights, staged, [*content_layers, *style_layers])
            spec = TrunkSpec(
                mean=mean_in_rgb(weights.preprocessing),
                tensors=tensors,
                content_layers=tuple(content_layers),
                style_layers=tuple(style_layers),
                pooling=pooling,
            )
            _write_graphs(spec, staged)
            _write_manifest(weights, spec, staged, name)
            _replace(staged, folder)
    except OSError as error:
        raise ModelError(f"no artefact could be written at {folder}: {error}") from None
    return folder


def _write_weights(
    weights: Weights, folder: Path, layers: Sequence[str]
) -> dict[str, tuple[ir.ExternalTensor, ir.ExternalTensor]]:
    """Write ``weights.bin`` and return what refers to it."""
    tensors: dict[str, tuple[ir.ExternalTensor, ir.ExternalTensor]] = {}
    with (folder / WEIGHTS).open("wb") as file:

        def store(name: str, array: np.ndarray) -> ir.ExternalTensor:
            file.write(b"\0" * (-file.tell() % _ALIGNMENT))
            offset, data = file.tell(), np.ascontiguousarray(array, "<f4").tobytes()
            file.write(data)
            shape = ir.Shape(array.shape)
            return ir.ExternalTensor(
                WEIGHTS, offset, len(data), ir.DataType.FLOAT, shape=shape, name=name
            )

        for layer in layers_down_to(layers):
            name = convolution_of(layer)
            kernel, bias = weights.convolutions[name]
            if name == "conv1_1":
                kernel = first_kernel(kernel, weights.preprocessing)
            tensors[name] = store(f"{name}.kernel", kernel), store(f"{name}.bias", bias)
    return tensors


def _write_graphs(spec: TrunkSpec, folder: Path) -> None:
    for file, make in ((OBJECTIVE, objective_model), (FEATURES, features_model)):
        write_model(inline_functions(make(spec)), folder / file)


def _write_manifest(weights: Weights, spec: TrunkSpec, folder: Path, name: str) -> None:
    files = (OBJECTIVE, FEATURES, WEIGHTS)
    manifest = Manifest(
        format=FORMAT,
        name=name,
        pooling=spec.pooling,
        content_layers=spec.content_layers,
        style_layers=spec.style_layers,
        channels={layer: spec.channels(layer) for layer in spec.layers},
        source=weights.source,
        source_sha256=weights.sha256,
        licence=weights.licence,
        files={file: file_sha256(folder / file) for file in files},
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


def _replace(staged: Path, folder: Path) -> None:
    """Put a folder in place of another; a folder cannot be replaced in one step, but nearly."""
    if folder.exists():
        retired = staged.with_name(f"{folder.name}.old")
        folder.rename(retired)
        staged.rename(folder)
        shutil.rmtree(retired, ignore_errors=True)
    else:
        staged.rename(folder)
