"""Targets, guides and weights: everything that steers a run, prepared for the objective's graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .artefact import Manifest
from .engines import Graph
from .settings import Settings
from .tensors import Array

Values = dict[str, Array]
"""Inputs of the graphs by name, as the artefact's contract has them."""


@dataclass(frozen=True)
class LossParts:
    """A loss and the terms that sum to it, each with its weight already in."""

    loss: float
    content: float
    style: float
    tv: float


def plain_guides(manifest: Manifest, height: int, width: int) -> Values:
    """Guides for one region that is the whole picture: 1/N at every position."""
    guides: Values = {}
    for layer in manifest.style_layers:
        h, w = layer_size(layer, height, width)
        guides[f"style.{layer}.guide"] = np.full((1, h, w), 1 / (h * w), np.float32)
    return guides


def layer_size(layer: str, height: int, width: int) -> tuple[int, int]:
    """Height and width of a layer's features: halved, rounding down, by each pooling before it."""
    halvings = int(layer[len("relu")]) - 1
    return height >> halvings, width >> halvings


def statistics(features: Graph, manifest: Manifest, image: Array) -> Values:
    """Grams (1, C, C) and content features (1, C, h, w) of an image (1, 3, H, W)."""
    guides = plain_guides(manifest, *image.shape[2:])
    values = features(features.outputs, image=image, **guides)
    return dict(zip(features.outputs, values, strict=True))


def prepare_targets(
    features: Graph,
    manifest: Manifest,
    content: Array,
    styles: Sequence[Array],
    settings: Settings,
) -> Values:
    """Everything that the objective's graph wants besides the image.

    With ``loss_scale="unit"`` each content term is divided by ‖F(p)‖² and each style term by
    ‖G(a)/N‖², the layers' weights by their sum, and total variation by the number of pixels: the
    terms are then of order one for every size and every pair. Several styles are blended by the
    mean of their Grams.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        content: (1, 3, H, W).
        styles: each (1, 3, h, w).
        settings: weights, layers and ``loss_scale``.
    """
    height, width = content.shape[2:]
    of_content = statistics(features, manifest, content)
    of_styles = [statistics(features, manifest, style) for style in styles]
    values = plain_guides(manifest, height, width)
    for layer in manifest.style_layers:
        name = f"style.{layer}.gram"
        grams: Array = np.stack([found[name] for found in of_styles]).mean(axis=0)
        weight = _share(settings.style_layers, layer, settings) / _energy(grams, settings)
        values[name] = grams
        values[f"style.{layer}.weight"] = _vector(settings.style_weight * weight)
    for layer in manifest.content_layers:
        name = f"content.{layer}.features"
        values[name] = of_content[name]
        weight = _share(settings.content_layers, layer, settings) / _energy(values[name], settings)
        shape = (1, 1, *values[name].shape[2:])
        values[f"content.{layer}.weight"] = np.full(
            shape, settings.content_weight * weight, np.float32
        )
    pixels = height * width if settings.loss_scale == "unit" else 1
    values["tv.weight"] = np.array(settings.tv_weight / pixels, np.float32)
    return values


def measure(features: Graph, manifest: Manifest, image: Array, targets: Values) -> LossParts:
    """The loss of an image by the equations, in numpy, from its forward pass alone."""
    found = statistics(features, manifest, image)
    style = sum(
        _weighted_distance(found, targets, f"style.{layer}.gram", f"style.{layer}.weight")
        for layer in manifest.style_layers
    )
    content = sum(
        _weighted_distance(found, targets, f"content.{layer}.features", f"content.{layer}.weight")
        for layer in manifest.content_layers
    )
    tv = float(targets["tv.weight"]) * _total_variation(image)
    return LossParts(content + style + tv, content, style, tv)


def _weighted_distance(found: Values, targets: Values, name: str, weight: str) -> float:
    squares = np.square(found[name] - targets[name], dtype=np.float32)
    weights = targets[weight]
    spread = weights.reshape(-1, 1, 1) if weights.ndim == 1 else weights
    return float(np.sum(squares * spread, dtype=np.float64))


def _total_variation(image: Array) -> float:
    down, right = np.diff(image, axis=2), np.diff(image, axis=3)
    return float(np.abs(down).sum(dtype=np.float64) + np.abs(right).sum(dtype=np.float64))


def _share(weights: Mapping[str, float], layer: str, settings: Settings) -> float:
    total = sum(weights.values()) if settings.loss_scale == "unit" else 1.0
    return weights[layer] / total if total else 0.0


def _energy(target: Array, settings: Settings) -> float:
    if settings.loss_scale == "none":
        return 1.0
    return max(float(np.sum(np.square(target, dtype=np.float64))), 1e-12)


def _vector(value: float) -> Array:
    return np.array([value], np.float32)
