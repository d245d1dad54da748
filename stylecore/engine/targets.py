"""Targets, guides and weights: everything that steers a run, prepared for the objective's graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..control.guidance import Guidance, Values, layer_size, plain_guidance
from ..control.views import StyleView
from ..losses.table import feature_terms, image_terms
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array
from ..settings import Settings
from .afar import Afar, Distant, is_nearest
from .artefact import Manifest
from .hypercolumns import Features as Columned
from .kept import Features, passing
from .looks import Look, look_at_all
from .neighbours import Candidates, Neighbours, Seen, Whole
from .shares import (
    Emphasis,
    content_weights,
    emphasis_of,
    energy_of,
    neighbour_weights,
    style_weights,
    weight_of,
)
from .statistics import statistics
from .traits import Traits


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
    traits: Traits | None = None,
    picture: Array | None = None,
    afar: Afar | None = None,
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
        traits: how much of a composition each style is: so much do its views count beside the whole
            of it; and where the content counts most.
        picture: (1, 3, H, W), whose positions look for neighbours; by default the content.
        afar: what these are chosen by, where that is not what the features graph sees.
    """
    if guidance is None:
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        guidance = plain_guidance(manifest.style_layers, content.shape[2:], sizes, settings.blend)
    traits = traits or Traits()
    views, composed = views or [()] * len(styles), traits.composed or [0.0] * len(styles)
    looks = look_at_all(features, manifest, styles, guidance, views, composed)
    values = style_targets(manifest, looks, settings, guidance, content.shape[2:])
    given = (features, manifest, content, looks, settings, guidance, picture)
    return values | content_targets(*given, distinct=traits.distinct, afar=afar)


def style_targets(
    manifest: Manifest,
    looks: Sequence[Look],
    settings: Settings,
    guidance: Guidance,
    size: tuple[int, int],
) -> Values:
    """What is the same for every content of a size: guides, what styles say, and weights.

    Args:
        manifest: the artefact's metadata.
        looks: at the styles, as from :func:`look_at_all`.
        settings: weights, layers and ``loss_scale``.
        guidance: for contents of this size.
        size: height and width.
    """
    values: Values = dict(guidance.guides)
    for term in feature_terms(manifest.terms):
        if term.guided:
            values |= _style_targets(term, manifest, looks, guidance)
            values |= style_weights(term, manifest, values, settings, guidance, looks)
    pixels = size[0] * size[1] if settings.loss_scale == "unit" else 1
    for term in image_terms(manifest.terms):
        weight = weight_of(settings, term.part)
        values[term.weight_name] = np.array(weight / pixels, np.float32)
    return taken(values, manifest)


def content_targets(
    features: Features,
    manifest: Manifest,
    content: Array,
    looks: Sequence[Look],
    settings: Settings,
    guidance: Guidance,
    picture: Array | None = None,
    *,
    distinct: Array | None = None,
    more: bool = False,
    afar: Afar | None = None,
) -> Values:
    """What a content of its own asks for, beside :func:`style_targets`.

    Args:
        features: as in :func:`prepare_targets`.
        manifest: as there.
        content: as there.
        looks: at the styles, as from :func:`look_at_all`.
        settings: as there.
        guidance: as there.
        picture: as there.
        distinct: (h, w), how much its places are like no other, or None: all alike.
        more: whether contents of the same size will follow.
        afar: as in :func:`prepare_targets`.
    """
    of_content = statistics(features, manifest, content, more=more)
    where = emphasis_of(distinct, max(content.shape[2:]))
    values: Values = {}
    for term in feature_terms(manifest.terms):
        if term.part == "content":
            values |= _content_values(term, manifest, of_content, settings, guidance, where)
        elif is_nearest(term, manifest):
            size = (content.shape[2], content.shape[3])
            if afar is not None:
                seen = distant(term, manifest, size, afar.picture)
            elif picture is not None:
                found = statistics(passing(features), manifest, picture)
                seen = Whole(features_at(term, manifest, found))
            else:
                seen = Whole(features_at(term, manifest, of_content))
            values |= _neighbours(term, manifest, seen, looks, guidance, afar)
            there = {
                layer: np.asarray(values[term.target_name(layer)].any(axis=1, keepdims=True))
                for layer in manifest.layers_of(term)
            }
            values |= neighbour_weights(term, manifest, there, settings, guidance)
    return taken(values, manifest)


def taken(values: Values, manifest: Manifest) -> Values:
    """Those that the objective takes."""
    names = input_names(manifest)
    return {name: value for name, value in values.items() if name in names}


def _content_values(
    term: FeatureTerm,
    manifest: Manifest,
    of_content: Values,
    settings: Settings,
    guidance: Guidance,
    where: Emphasis | None,
) -> Values:
    """Targets (1, C, h, w) and weights (1, 1, h, w) of a term that looks at the content."""
    values: Values = {}
    for layer in manifest.layers_of(term):
        target = of_content[term.target_name(layer)]
        size, energy = (target.shape[2], target.shape[3]), energy_of(term, target, settings)
        there = content_weights(layer, size, energy, settings, guidance, where)
        values |= {term.target_name(layer): target, term.weight_name(layer): there}
    return values


def _neighbours(
    term: FeatureTerm,
    manifest: Manifest,
    picture: Seen,
    looks: Sequence[Look],
    guidance: Guidance,
    afar: Afar | None,
) -> Values:
    """Targets (1, C, h, w) by the name of each."""
    styles: dict[int, tuple[Seen, Look]] = {}
    for number, look in enumerate(looks):
        if look.regions:
            seen: Seen = Whole(features_at(term, manifest, look.statistics))
            if afar is not None:
                seen = Distant(afar.styles[number], seen.sizes, seen)
            styles[number] = seen, look
    neighbours = neighbours_of(term, manifest, picture, styles, guidance)
    found = neighbours.everywhere(picture.sizes)
    return {term.target_name(layer): targets for layer, targets in found.items()}


def distant(term: FeatureTerm, manifest: Manifest, size: tuple[int, int], far: Columned) -> Distant:
    """A picture of a height and width, of which nothing is taken, as it is seen from afar."""
    sizes = {layer: layer_size(layer, *size) for layer in manifest.layers_of(term)}
    return Distant(far, sizes)


def features_at(term: FeatureTerm, manifest: Manifest, found: Values) -> Values:
    """What a term looks at, by layer instead of by name."""
    return {layer: found[term.target_name(layer)] for layer in manifest.layers_of(term)}


def neighbours_of(
    term: FeatureTerm,
    manifest: Manifest,
    picture: Seen,
    styles: Mapping[int, tuple[Seen, Look]],
    guidance: Guidance,
) -> Neighbours:
    """Where the positions of a picture have their neighbours, among the styles of their regions.

    Args:
        term: that compares neighbours.
        manifest: the artefact's metadata.
        picture: whose positions.
        styles: those that regions take from, by their numbers, each with what is known of it.
        guidance: as in :func:`prepare_targets`.
    """

    def guides_of(found: Values) -> Values:
        return {layer: found[term.guide_name(layer)] for layer in manifest.layers_of(term)}

    candidates = [
        Candidates(
            seen,
            guides_of(look.guides),
            {k: guidance.shares[k].get(number, 0.0) for k in look.regions},
        )
        for number, (seen, look) in styles.items()
    ]
    return Neighbours(picture, guides_of(guidance.guides), candidates)


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
