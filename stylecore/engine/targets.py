"""Targets, guides and weights: everything that steers a run, prepared for the objective's graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..control.guidance import Guidance, Values, plain_guidance
from ..control.views import StyleView
from ..losses.division import portion
from ..losses.table import (
    Losses,
    feature_terms,
    image_terms,
    is_divided,
    parts_of,
    total,
)
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .kept import Features, passing
from .looks import Look, look_at
from .neighbours import Candidates, neighbour_targets
from .statistics import statistics


def input_names(manifest: Manifest) -> set[str]:
    """What the objective's graph must take besides the image, by what the manifest says."""
    names = {term.weight_name for term in image_terms(manifest.terms)}
    for term in feature_terms(manifest.terms):
        for layer in manifest.layers_of(term):
            names |= {term.target_name(layer), term.weight_name(layer)}
            names |= {term.guide_name(layer)} if term.guided else set[str]()
    return names


def prepare_targets(
    features: Features,
    manifest: Manifest,
    content: Array,
    styles: Sequence[Array],
    settings: Settings,
    guidance: Guidance | None = None,
    views: Sequence[Sequence[StyleView]] = (),
    composed: Sequence[float] = (),
    picture: Array | None = None,
) -> Values:
    """Everything that the objective's graph wants besides the image.

    With ``loss_scale="unit"`` each content term is divided by ‖F(p)‖² and each style term by
    ‖G(a)/N‖², the layers' weights by their sum, and total variation by the number of pixels: the
    terms are then of order one for every size and every pair, and for every region: each is divided
    by its own target's energy. Several styles are blended by the weighted mean of their
    statistics.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        content: (1, 3, H, W).
        styles: each (1, 3, h, w).
        settings: weights, layers and ``loss_scale``.
        guidance: regions and where the content counts; by default everything counts everywhere.
        views: of each style.
        composed: how much of a composition each style is, 0–1: so much do its views count beside
            the whole of it.
        picture: (1, 3, H, W), whose positions look for neighbours; by default the content.
    """
    height, width = content.shape[2:]
    if guidance is None:
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        guidance = plain_guidance(manifest.style_layers, (height, width), sizes, settings.blend)
    of_content = statistics(features, manifest, content)
    values: Values = dict(guidance.guides)
    views, composed = views or [()] * len(styles), composed or [0.0] * len(styles)
    looks = [
        look_at(features, manifest, *given)
        for given in zip(styles, guidance.styles, views, composed, strict=True)
    ]
    for term in feature_terms(manifest.terms):
        if term.part == "content":
            values |= _content_values(term, manifest, of_content, settings, guidance)
        elif term.guided:
            values |= _style_targets(term, manifest, looks, guidance)
            values |= _style_weights(term, manifest, values, settings, guidance, looks)
        elif manifest.layers_of(term):
            seen = of_content
            if picture is not None:
                seen = statistics(passing(features), manifest, picture)
            values |= _neighbours(term, manifest, seen, looks, guidance)
            values |= _neighbour_weights(term, manifest, values, settings, guidance)
    pixels = height * width if settings.loss_scale == "unit" else 1
    for term in image_terms(manifest.terms):
        weight = _weight(settings, term.part)
        values[term.weight_name] = np.array(weight / pixels, np.float32)
    return {name: value for name, value in values.items() if name in input_names(manifest)}


def measure(features: Features, manifest: Manifest, image: Array, targets: Values) -> Losses:
    """The loss of an image by the equations, in NumPy, from its forward pass alone.

    Returns:
        ``loss`` and the parts that sum to it.
    """
    guides = {name: value for name, value in targets.items() if name.endswith(".guide")}
    found = statistics(passing(features), manifest, image, guides)
    parts = dict.fromkeys(parts_of(manifest.terms), 0.0)
    for term in feature_terms(manifest.terms):
        for layer in manifest.layers_of(term):
            name = term.target_name(layer)
            weight = targets[term.weight_name(layer)]
            parts[term.part] += term.measured(found[name], targets[name], weight)
    for term in image_terms(manifest.terms):
        parts[term.part] += float(targets[term.weight_name]) * term.measured(image)
    return total(parts)


def _content_values(
    term: FeatureTerm,
    manifest: Manifest,
    of_content: Values,
    settings: Settings,
    guidance: Guidance,
) -> Values:
    """Targets (1, C, h, w) and weights (1, 1, h, w) of a term that looks at the content."""
    values: Values = {}
    for layer in manifest.layers_of(term):
        target = of_content[term.target_name(layer)]
        share = _share(settings.content_layers, layer, settings)
        weight = settings.content_weight * (share / _energy(term, target, settings))
        there = np.full((1, 1, *target.shape[2:]), weight, np.float32)
        if layer in guidance.content:
            there *= guidance.content[layer]
        values |= {term.target_name(layer): target, term.weight_name(layer): there}
    return values


def _style_weights(
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
        share = settings.style_weight * _share(settings.style_layers, layer, settings)
        weights: list[float] = []
        for k, weight in enumerate(guidance.weights[layer]):
            shares = guidance.shares[k]
            counts = [
                looks[i].counts(name, k) * _portion(term, manifest, layer, looks[i].composed)
                for i in shares
            ]
            counted = float(np.average(counts, weights=list(shares.values())))
            energy = _energy(term, targets[name][k], settings)
            weights.append(share / energy * weight * counted)
        values[term.weight_name(layer)] = np.array(weights, np.float32)
    return values


def _portion(term: FeatureTerm, manifest: Manifest, layer: str, composed: float) -> float:
    return portion(term, layer, composed) if is_divided(manifest.terms) else 1.0


def _neighbours(
    term: FeatureTerm,
    manifest: Manifest,
    of_picture: Values,
    looks: Sequence[Look],
    guidance: Guidance,
) -> Values:
    """Targets (1, C, h, w) by the name of each."""
    layers = manifest.layers_of(term)

    def features_of(found: Values) -> Values:
        return {layer: found[term.target_name(layer)] for layer in layers}

    def guides_of(found: Values) -> Values:
        return {layer: found[term.guide_name(layer)] for layer in layers}

    styles = [
        Candidates(
            features_of(look.statistics),
            guides_of(look.guides),
            {k: guidance.shares[k].get(i, 0.0) for k in look.regions},
        )
        for i, look in enumerate(looks)
        if look.regions
    ]
    found = neighbour_targets(features_of(of_picture), guides_of(guidance.guides), styles)
    return {term.target_name(layer): target for layer, target in found.items()}


def _neighbour_weights(
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
        weight = settings.style_weight * _share(settings.style_layers, layer, settings)
        weight *= _portion(term, manifest, layer, 0.0)
        regions = np.array(guidance.weights[layer], np.float32)
        guides = np.tensordot(regions, guidance.guides[term.guide_name(layer)], axes=1)
        values[term.weight_name(layer)] = (weight * guides * there).astype(np.float32)
    return values


def _style_targets(
    term: FeatureTerm, manifest: Manifest, looks: Sequence[Look], guidance: Guidance
) -> Values:
    """What each region's blend of statistics makes, (K, …) by layer."""
    targets: Values = {}
    for layer in manifest.layers_of(term):
        name = term.target_name(layer)
        blends: list[Array] = []
        for k, shares in enumerate(guidance.shares):
            found = [looks[i].of(name, k) for i in shares]
            blends.append(term.target_of(_blended(found, list(shares.values()))))
        targets[name] = np.stack(blends)
    return targets


def _blended(found: Sequence[Array], weights: Sequence[float]) -> Array:
    if len(set(weights)) == 1:
        return np.stack(found).mean(axis=0)
    return np.average(np.stack(found), axis=0, weights=weights).astype(np.float32)


def _share(weights: Mapping[str, float], layer: str, settings: Settings) -> float:
    total = sum(weights.values()) if settings.loss_scale == "unit" else 1.0
    return weights.get(layer, 0.0) / total if total else 0.0


def _energy(term: FeatureTerm, target: Array, settings: Settings) -> float:
    return 1.0 if settings.loss_scale == "none" else max(term.energy(target), 1e-12)


def _weight(settings: Settings, part: str) -> float:
    return float(getattr(settings, f"{part}_weight"))
