"""Weights in the files of MatConvNet, as its pretrained VGG-19 is published."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from ...errors import ModelError
from .architecture import Architecture
from .matfile import Value, read_variables
from .naming import Network
from .preprocessing import Preprocessing
from .tensors import Stored, from_hwio


def read_matconvnet(file: BinaryIO, architecture: Architecture) -> Network:
    """The convolutions of an open file, with the mean colour that it holds.

    Raises:
        ModelError: where the file is damaged or its layers are not those of the architecture.
    """
    variables = read_variables(file, ("layers", "meta", "normalization", "net"))
    net = _fields(variables.get("net")) or variables
    layers = net.get("layers")
    if not isinstance(layers, list):
        raise ModelError("a MAT-file without layers; wanted a network of MatConvNet")
    found: dict[str, tuple[Stored, Stored]] = {}
    for position, (wanted, name) in enumerate(architecture.sequence):
        layer = _fields(layers[position]) if position < len(layers) else {}
        kind = layer.get("type")
        if kind != wanted:
            what = repr(kind)[:20] if kind else "nothing"
            raise ModelError(f"not {architecture.name}: {what} where {name} should be")
        if wanted == "conv":
            found[name] = _convolution(layer, name)
    return Network(found, _preprocessing(net))


def _convolution(layer: dict[str, Value], name: str) -> tuple[Stored, Stored]:
    parts = layer.get("weights") or [layer.get("filters"), layer.get("biases")]
    if not isinstance(parts, list) or len(parts) != 2:
        raise ModelError(f"incomplete: {name} has no weights")
    kernel, bias = parts
    if not isinstance(kernel, Stored) or not isinstance(bias, Stored):
        raise ModelError(f"incomplete: {name} has weights that are no numbers")
    flat = tuple(size for size in bias.shape if size != 1) or (1,)
    return from_hwio(kernel), Stored(flat, lambda: bias.read().reshape(flat))


def _preprocessing(net: dict[str, Value]) -> Preprocessing:
    normalization = _fields(_fields(net.get("meta")).get("normalization"))
    normalization = normalization or _fields(net.get("normalization"))
    average = normalization.get("averageImage")
    if not isinstance(average, Stored) or average.shape[-1] != 3:
        raise ModelError("incomplete: it does not say which mean colour to subtract")
    pixels = average.read().reshape(-1, 3).astype(np.float64)
    if not len(pixels) or not np.isfinite(pixels).all() or np.ptp(pixels, axis=0).max() > 0.01:
        raise ModelError("made for a mean picture, not for a mean colour; take another file")
    red, green, blue = (float(value) for value in pixels[0])
    return Preprocessing("rgb", (red, green, blue), (1.0, 1.0, 1.0))


def _fields(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
