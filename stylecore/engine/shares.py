"""How much each term counts: the weights of layers, regions and positions, without units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..control.guidance import Guidance, Values
from ..losses.division import portion
from ..losses.table import is_divided
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .looks import Look


def style_weights(
    term: FeatureTerm,
    manifest: Manifest,
    targets: Values,
    settings: Settings,
    guidance: Guidance,
    looks: Sequence[Look],
) -> Values:
    """Each region's weight, (K,) by layer."""
    values: Values = {}
    for layer in manifest.layers_of(term):
        name = term.target_name(layer)
        share = settings.style_weight * share_of(settings.style_layers, layer, settings)
        weights: list[float] = []
        for k, weight in enumerate(guidance.weights[layer]):
            shares = guidance.shares[k]
            counts = [
                looks[i].counts(name, k) * _portion(term, manifest, layer, looks[i].composed)
                for i in shares
            ]
            counted = float(np.average(counts, weights=list(shares.values())))
            energy = energy_of(term, targets[name][k], settings)
            weights.append(share / energy * weight * counted)
        values[term.weight_name(layer)] = np.array(weights, np.float32)
    return values


def neighbour_weights(
    term: FeatureTerm,
    manifest: Manifest,
    targets: Values,
    settings: Settings,
    guidance: Guidance,
) -> Values:
    """How much each position counts, (1, 1, h, w) by layer, as its regions have it."""
    values: Values = {}
    for layer in manifest.layers_of(term):
        there = targets[term.target_name(layer)].any(axis=1, keepdims=True)
        weight = settings.style_weight * share_of(settings.style_layers, layer, settings)
        weight *= _portion(term, manifest, layer, 0.0)
        regions = np.array(guidance.weights[layer], np.float32)
        guides = np.tensordot(regions, guidance.guides[term.guide_name(layer)], axes=1)
        values[term.weight_name(layer)] = (weight * guides * there).astype(np.float32)
    return values


def _portion(term: FeatureTerm, manifest: Manifest, layer: str, composed: float) -> float:
    return portion(term, layer, composed) if is_divided(manifest.terms) else 1.0


def share_of(weights: Mapping[str, float], layer: str, settings: Settings) -> float:
    """A layer's part of all, in plain sums its weight itself."""
    total = sum(weights.values()) if settings.loss_scale == "unit" else 1.0
    return weights.get(layer, 0.0) / total if total else 0.0


def energy_of(term: FeatureTerm, target: Array, settings: Settings) -> float:
    """What a term's distance is divided by; 1 in plain sums."""
    return 1.0 if settings.loss_scale == "none" else max(term.energy(target), 1e-12)


def weight_of(settings: Settings, part: str) -> float:
    """The weight of a part of the loss."""
    return float(getattr(settings, f"{part}_weight"))
