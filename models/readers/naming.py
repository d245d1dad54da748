"""How the published files name their arrays, and which convolution each name means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ...errors import ModelError
from .architecture import Architecture
from .preprocessing import CAFFE, Preprocessing
from .tensors import Array, Stored, Tensors

Convolutions: TypeAlias = Mapping[str, tuple[Stored, Stored]]
"""Kernel (O, I, 3, 3) and bias (O,) by layer, ``conv1_1`` and so on."""


@dataclass(frozen=True)
class Network:
    """What a reader found in a file.

    Attributes:
        convolutions: by layer.
        preprocessing: as the format implies it; None where the weights themselves must tell.
    """

    convolutions: Convolutions
    preprocessing: Preprocessing | None


def network_of(tensors: Tensors, architecture: Architecture) -> Network:
    """Find the convolutions among named arrays.

    Raises:
        ModelError: where the names follow no known scheme, or a convolution is incomplete.
    """
    for scheme in (_palette, _by_layer, _sequential):
        network = scheme(tensors, architecture)
        if network.convolutions:
            return network
    some = ", ".join(name[:40] for name in list(tensors)[:3]) or "nothing"
    raise ModelError(f"no VGG weights by its names ({some}); wanted features.0.weight or the like")


def _palette(tensors: Tensors, _: Architecture) -> Network:
    """Keras's names, each kernel as 8-bit indices into 256 values."""
    found: dict[str, tuple[Stored, Stored]] = {}
    for name, layer in _layers(tensors, r"block(\d+)_conv(\d+)_W_q"):
        stem = name.removesuffix("_W_q")
        table, bias = (_partner(tensors, stem + end) for end in ("_W_table", "_b"))
        found[layer] = (_expanded(layer, tensors[name], table), bias)
    return Network(found, CAFFE)


def _by_layer(tensors: Tensors, _: Architecture) -> Network:
    """``conv1_1.weight``: the state dict of Gatys's code, normalised Caffe weights."""
    found: dict[str, tuple[Stored, Stored]] = {}
    for name, layer in _layers(tensors, r"conv(\d+)_(\d+)\.weight"):
        found[layer] = (tensors[name], _partner(tensors, name.removesuffix("weight") + "bias"))
    return Network(found, CAFFE)


def _sequential(tensors: Tensors, architecture: Architecture) -> Network:
    """``features.0.weight``: torchvision's names, which others use for other weights."""
    found: dict[str, tuple[Stored, Stored]] = {}
    for position, (_, layer) in enumerate(architecture.sequence):
        name = f"features.{position}."
        if layer in architecture.kernels and name + "weight" in tensors:
            found[layer] = (tensors[name + "weight"], _partner(tensors, name + "bias"))
    return Network(found, None)


def _layers(tensors: Tensors, pattern: str) -> list[tuple[str, str]]:
    matches = ((name, re.fullmatch(pattern, name)) for name in tensors)
    return [(name, f"conv{match[1]}_{match[2]}") for name, match in matches if match]


def _partner(tensors: Tensors, name: str) -> Stored:
    if name not in tensors:
        raise ModelError(f"incomplete: {name} is missing")
    return tensors[name]


def _expanded(layer: str, indices: Stored, table: Stored) -> Stored:
    def read() -> Array:
        values, chosen = table.read(), indices.read()
        if values.shape != (256,) or chosen.dtype.name != "uint8":
            raise ModelError(f"damaged: {layer} has no palette of 256 values with 8-bit indices")
        return values[chosen]

    if table.shape != (256,):
        raise ModelError(f"damaged: the palette of {layer} has shape {table.shape}, not (256,)")
    return Stored(indices.shape, read)
