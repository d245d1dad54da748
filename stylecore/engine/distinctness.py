"""How much a place of the content is like no other: faces and things are, skies and leaves are not.

As Goferman, Zelnik-Manor & Tal 2010, Context-Aware Saliency Detection, eq. 3 and 4: a place stands
out when even those that resemble it most are unlike it. Here the network's features say which do,
instead of pixels.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..losses.table import feature_terms
from ..pictures.images import resize, scaled_size
from ..pictures.tensors import Array, to_tensor
from ..settings import LAYERS, Settings
from .artefact import Manifest
from .hypercolumns import Grid, hypercolumns, sizes_of
from .kept import Features
from .statistics import statistics

_SIDE = 256
"""Pixels of the longer side: a grown face is a few positions of relu4_2 then, and stands out as
one thing."""

_SMALLEST = 24

_MOST = 1024
"""Positions that are compared with one another."""

_ALIKE = 8
"""So many of those that resemble a position most decide."""

_AROUND = 0.06
"""Of the longer side: what lies nearer resembles a place because it lies there."""


def distinctness_of(
    features: Features, manifest: Manifest, content: Array, settings: Settings
) -> Array | None:
    """The :func:`distinctness` of a content, where that counts; otherwise None."""
    if settings.composition == "style" or not settings.content_weight:
        return None
    return distinctness(features, manifest, content)


def distinctness(features: Features, manifest: Manifest, content: Array) -> Array:
    """One less the mean cosine with the places that are most alike, on a grid (h, w), 0–2.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        content: (H, W, 3), 0–255.
    """
    high, wide = content.shape[:2]
    size = scaled_size(high, wide, min(_SIDE, max(high, wide)))
    height, width = (max(_SMALLEST, side) for side in size)
    found = statistics(features, manifest, to_tensor(resize(content, width, height)), more=True)
    of_content = _of_content(found, manifest)
    grid = _grid(of_content)
    columns, (height, width) = hypercolumns(of_content, grid), grid.size(sizes_of(of_content))
    likeness = columns @ columns.T
    likeness[_near(height, width)] = -1
    alike = min(_ALIKE, len(columns))
    most = np.partition(likeness, -alike, axis=1)[:, -alike:]
    return (1 - most.mean(axis=1)).reshape(height, width)


def _of_content(found: dict[str, Array], manifest: Manifest) -> dict[str, Array]:
    """The layers that hold the content, shallow to deep."""
    layers = {
        layer: found[term.target_name(layer)]
        for term in feature_terms(manifest.terms)
        if term.part == "content"
        for layer in manifest.layers_of(term)
    }
    return {layer: layers[layer] for layer in sorted(layers, key=LAYERS.index)}


def _grid(found: Mapping[str, Array]) -> Grid:
    """The deepest layer's, or every so many of its positions."""
    grid = Grid(list(found)[-1])
    while np.prod(grid.size(sizes_of(found))) > _MOST:
        grid = Grid(grid.layer, grid.halvings + 1)
    return grid


def _near(height: int, width: int) -> NDArray[np.bool_]:
    """Which positions of a grid lie close to which, (h·w, h·w)."""
    y, x = np.divmod(np.arange(height * width), width)
    reach = _AROUND * max(height, width)
    return (np.abs(y[:, None] - y) <= reach) & (np.abs(x[:, None] - x) <= reach)
