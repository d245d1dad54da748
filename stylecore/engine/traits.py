"""What a run goes by besides the features themselves: found in its pictures before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Manifest
from .distinctness import distinctness_of
from .evenness import composedness_of
from .kept import Features


@dataclass(frozen=True)
class Traits:
    """Of a content and its styles.

    Attributes:
        composed: how much of a composition each style is, 0–1; nothing is no composition.
        distinct: (h, w), how much the content's places are like no other, or None: all alike.
    """

    composed: Sequence[float] = ()
    distinct: Array | None = None


def traits_of(
    features: Features,
    manifest: Manifest,
    settings: Settings,
    content: Array,
    styles: Sequence[tuple[Array, Array | None]],
) -> Traits:
    """Find them, where the settings want them.

    Args:
        features: the artefact's ``features`` graph.
        manifest: the artefact's metadata.
        settings: of the run.
        content: (H, W, 3).
        styles: (h, w, 3), each with where it shows, (h, w), or None.
    """
    if settings.composition == "style":
        return Traits()
    pictures, alphas = zip(*styles, strict=True)
    composed = composedness_of(features, manifest, pictures, alphas, settings)
    return Traits(composed, distinctness_of(features, manifest, content, settings))
