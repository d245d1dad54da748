"""Gram matrices of a picture, whatever else a network compares of a style."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..control.guidance import Values, plain_guides
from ..engine.artefact import Manifest
from ..engine.kept import Features
from ..engine.statistics import statistics
from ..losses.table import feature_terms
from ..losses.term import FeatureTerm
from ..pictures.tensors import Array


def grams_of(
    features: Features, manifest: Manifest, image: Array, guides: Values | None = None
) -> dict[str, Array]:
    """The Grams (K, C, C) of an image (1, 3, H, W) at each style layer, one for every guide.

    G_k = (g_k ∘ F) Fᵀ, with guides that sum to 1 (Gatys et al. 2017, eq. 5).

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        image: of any size.
        guides: ``style.<layer>.guide`` (K, h, w); without them the whole picture is one region.
    """
    guides = plain_guides(manifest.style_layers, *image.shape[2:]) if guides is None else guides
    found = statistics(features, manifest, image, guides, more=True)
    return {layer: _gram(manifest, layer, found, guides) for layer in manifest.style_layers}


def _gram(manifest: Manifest, layer: str, found: Values, guides: Mapping[str, Array]) -> Array:
    term = next(term for term in _of_styles(manifest) if layer in manifest.layers_of(term))
    statistic = found[term.target_name(layer)]
    if term.guided:  # it begins with the Gram
        return statistic[..., : statistic.shape[1]]
    flat = statistic.reshape(statistic.shape[1], -1)
    weights = guides[term.guide_name(layer)].reshape(-1, 1, flat.shape[1])
    return np.asarray((weights * flat) @ flat.T, np.float32)


def _of_styles(manifest: Manifest) -> list[FeatureTerm]:
    """The terms that look at styles; those with statistics first, which are Grams already."""
    terms = [term for term in feature_terms(manifest.terms) if term.part == "style"]
    return sorted(terms, key=lambda term: not term.guided)
