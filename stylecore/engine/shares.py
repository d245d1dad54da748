"""How much each term counts: the weights of layers, regions and positions, without units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..control.composition import emphasis
from ..control.guidance import Guidance, Values
from ..losses.division import portion
from ..losses.table import is_divided
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .looks import Look

Emphasis: TypeAlias = Callable[[int, int], Array]
"""How much the content counts where, of a height and width."""


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


def emphasis_of(distinct: Array | None, longest: int) -> Emphasis | None:
    """How much the content counts where, at a scale with so long a longer side; None: all alike."""
    return None if distinct is None else partial(emphasis, distinct, longest)


def content_weights(
    layer: str,
    size: tuple[int, int],
    energy: float,
    settings: Settings,
    guidance: Guidance,
    where: Emphasis | None,
) -> Array:
    """How much each position of the content counts, (1, 1, h, w), for a target's energy."""
    share = share_of(settings.content_layers, layer, settings)
    weight = settings.content_weight * (share / energy)
    there = np.full((1, 1, *size), weight, np.float32)
    if layer in guidance.content:
        there *= guidance.content[layer]
    if where is not None:
        there *= where(*size)
    return there


def neighbour_weights(
    term: FeatureTerm,
    manifest: Manifest,
    found: Mapping[str, NDArray[np.bool_]],
    settings: Settings,
    guidance: Guidance,
) -> Values:
    """How much each position counts, (1, 1, h, w) by layer, as its regions have it.

    Args:
        term: that compares neighbours.
        manifest: the artefact's metadata.
        found: by layer, which positions have a neighbour, (1, 1, h, w).
        settings: of the scale.
        guidance: regions and their weights.
    """
    values: Values = {}
    for layer in manifest.layers_of(term):
        weight = settings.style_weight * share_of(settings.style_layers, layer, settings)
        weight *= _portion(term, manifest, layer, 0.0)
        regions = np.array(guidance.weights[layer], np.float32)
        guides = np.tensordot(regions, guidance.guides[term.guide_name(layer)], axes=1)
        values[term.weight_name(layer)] = (weight * guides * found[layer]).astype(np.float32)
    return values


def _portion(term: FeatureTerm, manifest: Manifest, layer: str, composed: float) -> float:
    return portion(term, layer, composed) if is_divided(manifest.terms) else 1.0


def share_of(weights: Mapping[str, float], layer: str, settings: Settings) -> float:
    """A layer's part of all, in plain sums its weight itself."""
    total = sum(weights.values()) if settings.loss_scale == "unit" else 1.0
    return weights.get(layer, 0.0) / total if total else 0.0


def energy_of(term: FeatureTerm, target: Array, settings: Settings) -> float:
    """What a term's distance is divided by; 1 in plain sums."""
    return 1.0 if settings.loss_scale == "none" else least_energy(term.energy(target))


def least_energy(energy: float) -> float:
    """An energy that can be divided by."""
    return max(energy, 1e-12)


def weight_of(settings: Settings, part: str) -> float:
    """The weight of a part of the loss."""
    return float(getattr(settings, f"{part}_weight"))
