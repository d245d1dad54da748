"""Pictures seen from afar: small, so that deep layers see things in them.

Where a scale has no deep layers, a position's neighbours are chosen by what it is part of, as the
whole network sees that in small pictures. It takes the same time at every size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..losses.table import feature_terms
from ..losses.term import FeatureTerm
from ..pictures.images import resize
from ..pictures.tensors import Array, to_floats, to_tensor
from .artefact import Manifest
from .hypercolumns import Features, Grid, Sizes, columns_of, resized
from .kept import Features as Graph
from .kept import passing
from .neighbours import Indices, Seen
from .statistics import statistics

_SIDE, _SMALLEST = 256, 24
"""Pixels of the longer side of the picture there, and of any side at least."""


@dataclass(frozen=True)
class Afar:
    """What the whole network sees from afar.

    Attributes:
        picture: features of the picture whose positions look for neighbours.
        styles: the same of each style.
    """

    picture: Features
    styles: Sequence[Features]


@dataclass(frozen=True)
class Distant:
    """A picture that is compared as it is seen from afar.

    Attributes:
        far: its features there.
        sizes: of its layers, as near as the scale sees it.
        near: what is taken of it; None for nothing.
    """

    far: Features
    sizes: Sizes
    near: Seen | None = None

    def columns(self, grid: Grid) -> Array:
        """Its hypercolumns on a grid, (h·w, ΣC)."""
        size = grid.size(self.sizes)
        return columns_of(resized(one[0], *size) for one in self.far.values())

    def at(self, layer: str, down: Indices, right: Indices) -> Array:
        """Its features at rows and columns (h, w) of a layer, (1, C, h, w)."""
        assert self.near is not None
        return self.near.at(layer, down, right)


def seen_from_afar(
    features: Graph, manifest: Manifest, picture: Array, styles: Sequence[Array]
) -> Afar | None:
    """See a picture and its styles from afar, as much smaller as makes the picture small.

    Args:
        features: the artefact's ``features`` graph, with all of its layers.
        manifest: the artefact's metadata.
        picture: (1, 3, H, W).
        styles: each (1, 3, h, w).

    Returns:
        None where no term of the loss looks for neighbours.
    """
    terms = [term for term in feature_terms(manifest.terms) if is_nearest(term, manifest)]
    if not terms:
        return None
    ratio = min(1.0, _SIDE / max(picture.shape[2:]))
    (term,) = terms

    def seen(graph: Graph, image: Array) -> Features:
        height, width = (max(_SMALLEST, round(side * ratio)) for side in image.shape[2:])
        small = to_tensor(resize(to_floats(image), width, height))
        found = statistics(graph, manifest, small, more=True)
        return {layer: found[term.target_name(layer)] for layer in manifest.layers_of(term)}

    return Afar(seen(passing(features), picture), [seen(features, style) for style in styles])


def is_nearest(term: FeatureTerm, manifest: Manifest) -> bool:
    """Whether a term compares positions of the style."""
    return term.part == "style" and not term.guided and bool(manifest.layers_of(term))
