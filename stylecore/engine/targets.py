"""Targets, guides and weights: everything that steers a run, prepared for the objective's graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..control.guidance import Guidance, Values, plain_guidance, plain_guides
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .session import Session


@dataclass(frozen=True)
class LossParts:
    """A loss and the terms that sum to it, each with its weight already in."""

    loss: float
    content: float
    style: float
    tv: float


def statistics(
    features: Session, manifest: Manifest, image: Array, guides: Values | None = None
) -> Values:
    """Grams (K, C, C) and content features (1, C, h, w) of an image (1, 3, H, W).

    Without guides the whole picture is one region.
    """
    guides = plain_guides(manifest.style_layers, *image.shape[2:]) if guides is None else guides
    values = features(features.outputs, image=image, **guides)
    return dict(zip(features.outputs, values, strict=True))


def prepare_targets(
    features: Session,
    manifest: Manifest,
    content: Array,
    styles: Sequence[Array],
    settings: Settings,
    guidance: Guidance | None = None,
) -> Values:
    """Everything that the objective's graph wants besides the image.

    With ``loss_scale="unit"`` each content term is divided by ‖F(p)‖² and each style term by
    ‖G(a)/N‖², the layers' weights by their sum, and total variation by the number of pixels: the
    terms are then of order one for every size and every pair, and for every region: each is divided
    by its own target's energy. Several styles are blended by the weighted mean of their Grams.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        content: (1, 3, H, W).
        styles: each (1, 3, h, w).
        settings: weights, layers and ``loss_scale``.
        guidance: regions and where the content counts; by default everything counts everywhere.
    """
    height, width = content.shape[2:]
    if guidance is None:
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        guidance = plain_guidance(manifest.style_layers, (height, width), sizes, settings.blend)
    of_content = statistics(features, manifest, content)
    values = {**guidance.guides, **_style_targets(features, manifest, styles, guidance)}
    for layer in manifest.style_layers:
        share = _share(settings.style_layers, layer, settings)
        weights = [
            settings.style_weight * (share / _energy(gram, settings)) * weight
            for gram, weight in zip(
                values[f"style.{layer}.gram"], guidance.weights[layer], strict=True
            )
        ]
        values[f"style.{layer}.weight"] = np.array(weights, np.float32)
    for layer in manifest.content_layers:
        name = f"content.{layer}.features"
        values[name] = of_content[name]
        weight = _share(settings.content_layers, layer, settings) / _energy(values[name], settings)
        shape = (1, 1, *values[name].shape[2:])
        values[f"content.{layer}.weight"] = np.full(
            shape, settings.content_weight * weight, np.float32
        )
        if layer in guidance.content:
            values[f"content.{layer}.weight"] *= guidance.content[layer]
    pixels = height * width if settings.loss_scale == "unit" else 1
    values["tv.weight"] = np.array(settings.tv_weight / pixels, np.float32)
    return values


def measure(features: Session, manifest: Manifest, image: Array, targets: Values) -> LossParts:
    """The loss of an image by the equations, in numpy, from its forward pass alone."""
    guides = {name: value for name, value in targets.items() if name.endswith(".guide")}
    found = statistics(features, manifest, image, guides)
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


def _style_targets(
    features: Session, manifest: Manifest, styles: Sequence[Array], guidance: Guidance
) -> Values:
    """Each region's blend of Grams, (K, C, C) by layer."""
    looks = [
        statistics(features, manifest, style, how.guides) if how.regions else {}
        for style, how in zip(styles, guidance.styles, strict=True)
    ]
    targets: Values = {}
    for layer in manifest.style_layers:
        name = f"style.{layer}.gram"
        blends: list[Array] = []
        for k, shares in enumerate(guidance.shares):
            grams = [looks[i][name][guidance.styles[i].regions.index(k)] for i in shares]
            blends.append(_blended(grams, list(shares.values())))
        targets[name] = np.stack(blends)
    return targets


def _blended(grams: Sequence[Array], weights: Sequence[float]) -> Array:
    if len(set(weights)) == 1:
        return np.stack(grams).mean(axis=0)
    return np.average(np.stack(grams), axis=0, weights=weights).astype(np.float32)


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
