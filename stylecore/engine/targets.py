"""Targets, guides and weights: everything that steers a run, prepared for the objective's graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..control.guidance import Guidance, StyleGuides, Values, plain_guidance, plain_guides
from ..control.views import StyleView, is_viewed
from ..errors import ModelError
from ..losses.table import Losses, feature_terms, image_terms, parts_of, total
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .session import Session

_AGREEMENT = 1.5
"""The power of the energy that the mean of views has of theirs, by which a layer counts less."""


def input_names(manifest: Manifest) -> set[str]:
    """What the objective's graph must take besides the image, by what the manifest says."""
    names = {term.weight_name for term in image_terms(manifest.terms)}
    for term in feature_terms(manifest.terms):
        for layer in manifest.layers_of(term):
            names |= {term.target_name(layer), term.weight_name(layer)}
            names |= {term.guide_name(layer)} if term.guided else set[str]()
    return names


def statistics(
    features: Session,
    manifest: Manifest,
    image: Array,
    guides: Values | None = None,
    *,
    more: bool = False,
) -> Values:
    """What targets are made of, of an image (1, 3, H, W), by the names of the targets.

    Without guides the whole picture is one region. Where more images of the size will follow, the
    memory is kept for them.

    Raises:
        ModelError: when the graph lacks a layer that the manifest names.
    """
    guides = plain_guides(manifest.style_layers, *image.shape[2:]) if guides is None else guides
    names = [
        term.target_name(layer)
        for term in feature_terms(manifest.terms)
        for layer in manifest.layers_of(term)
    ]
    if lacking := set(names) - set(features.outputs):
        raise ModelError(
            f"the artefact's features graph lacks {min(lacking)}, which its manifest promises;"
            " build it again with `stylecore models build`"
        )
    run = features.again if more else features
    return dict(zip(names, run(names, image=image, **guides), strict=True))


def prepare_targets(
    features: Session,
    manifest: Manifest,
    content: Array,
    styles: Sequence[Array],
    settings: Settings,
    guidance: Guidance | None = None,
    views: Sequence[Sequence[StyleView]] = (),
    shares: Sequence[float] = (),
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
        shares: how much the views of each style count beside the whole of it, 0–1.
    """
    height, width = content.shape[2:]
    if guidance is None:
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        guidance = plain_guidance(manifest.style_layers, (height, width), sizes, settings.blend)
    of_content = statistics(features, manifest, content)
    values: Values = dict(guidance.guides)
    looks = [
        _look(features, manifest, style, how, seen, share)
        for style, how, seen, share in zip(
            styles,
            guidance.styles,
            views or [()] * len(styles),
            shares or [0.0] * len(styles),
            strict=True,
        )
    ]
    for term in feature_terms(manifest.terms):
        if term.part == "content":
            values |= _content_values(term, manifest, of_content, settings, guidance)
        else:
            values |= _style_targets(term, manifest, looks, guidance)
            values |= _style_weights(term, manifest, values, settings, guidance, looks)
    pixels = height * width if settings.loss_scale == "unit" else 1
    for term in image_terms(manifest.terms):
        weight = _weight(settings, term.part)
        values[term.weight_name] = np.array(weight / pixels, np.float32)
    return values


def measure(features: Session, manifest: Manifest, image: Array, targets: Values) -> Losses:
    """The loss of an image by the equations, in NumPy, from its forward pass alone.

    Returns:
        ``loss`` and the parts that sum to it.
    """
    guides = {name: value for name, value in targets.items() if name.endswith(".guide")}
    found = statistics(features, manifest, image, guides)
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
    looks: Sequence[_Look],
) -> Values:
    """Each region's weight, (K,) by layer."""
    values: Values = {}
    for layer in manifest.layers_of(term):
        name = term.target_name(layer)
        share = _share(settings.style_layers, layer, settings)
        weights: list[float] = []
        for k, weight in enumerate(guidance.weights[layer]):
            shares = guidance.shares[k]
            agreements = [looks[i].agreement.get((name, k), 1.0) for i in shares]
            agreed = float(np.average(agreements, weights=list(shares.values())))
            energy = _energy(term, targets[name][k], settings)
            weights.append(settings.style_weight * (share / energy) * weight * agreed)
        values[term.weight_name(layer)] = np.array(weights, np.float32)
    return values


@dataclass(frozen=True)
class _Look:
    """What is known of one style.

    Attributes:
        statistics: of its regions, (K', …), in deep layers partly those of its views.
        regions: the numbers of these regions.
        agreement: by the name of a statistic and the number of a region, how much its views agree,
            0–1; where nothing is said, 1.
    """

    statistics: Values
    regions: tuple[int, ...]
    agreement: dict[tuple[str, int], float]

    def of(self, name: str, region: int) -> Array:
        """A region's statistic."""
        return self.statistics[name][self.regions.index(region)]


def _look(
    features: Session,
    manifest: Manifest,
    style: Array,
    how: StyleGuides,
    views: Sequence[StyleView],
    share: float,
) -> _Look:
    if not how.regions:
        return _Look({}, (), {})
    counted = views if share else ()
    seen = [statistics(features, manifest, one.picture, one.guides, more=True) for one in counted]
    look = _Look(statistics(features, manifest, style, how.guides), how.regions, {})
    for term in feature_terms(manifest.terms):
        for layer in filter(is_viewed, manifest.layers_of(term) if term.guided else ()):
            name = term.target_name(layer)
            for region in how.regions:
                found = [
                    given[name][view.regions.index(region)]
                    for given, view in zip(seen, counted, strict=True)
                    if region in view.there[layer]
                ]
                if found:
                    _mix(look, name, region, np.stack(found), share)
    return look


def _mix(look: _Look, name: str, region: int, found: Array, share: float) -> None:
    """Let a region's views (V, …) count beside the whole of it.

    Where they disagree, their mean has less energy than they have: it says less of a manner, and
    counts less.
    """
    mean = found.mean(axis=0, dtype=np.float64)
    energy = float(np.square(found, dtype=np.float64).sum()) / len(found)
    whole = look.of(name, region)
    whole[...] = share * mean + (1 - share) * whole
    ratio = float(np.square(mean).sum()) / max(energy, 1e-30)
    look.agreement[name, region] = ratio ** (_AGREEMENT * share)


def _style_targets(
    term: FeatureTerm, manifest: Manifest, looks: Sequence[_Look], guidance: Guidance
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
