"""What is known of a style before it is blended: its regions' statistics, and how they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..control.guidance import Guidance, StyleGuides, Values
from ..control.views import StyleView
from ..losses.table import feature_terms
from ..pictures.tensors import Array
from ..settings import sees_things
from .artefact import Manifest
from .kept import Features
from .statistics import statistics

_AGREEMENT = 1.5
"""The power of the energy that the mean of views has of theirs, by which a layer counts less."""


@dataclass(frozen=True)
class Look:
    """What is known of one style.

    Attributes:
        statistics: of its regions, (K', …), in deep layers partly those of its views; (1, …) of
            the whole for a term without regions.
        guides: of its regions, (K', h, w) by name.
        regions: the numbers of these regions.
        composed: how much of a composition it is, 0–1.
        agreement: by the name of a statistic and the number of a region, how much its views agree,
            0–1; where nothing is said, 1.
    """

    statistics: Values
    guides: Values
    regions: tuple[int, ...]
    composed: float
    agreement: dict[tuple[str, int], float]

    def of(self, name: str, region: int) -> Array:
        """A region's statistic."""
        return self.statistics[name][self.regions.index(region)]

    def counts(self, name: str, region: int) -> float:
        """How much the statistic counts, beside those of other layers, 0–1."""
        return self.agreement.get((name, region), 1.0)


def look_at_all(
    features: Features,
    manifest: Manifest,
    styles: Sequence[Array],
    guidance: Guidance,
    views: Sequence[Sequence[StyleView]],
    composed: Sequence[float],
) -> list[Look]:
    """Look at each style (1, 3, h, w), as the guidance has it."""
    return [
        look_at(features, manifest, *given)
        for given in zip(styles, guidance.styles, views, composed, strict=True)
    ]


def look_at(
    features: Features,
    manifest: Manifest,
    style: Array,
    how: StyleGuides,
    views: Sequence[StyleView],
    composed: float,
) -> Look:
    """Look at a style (1, 3, h, w), and at the views that its composition goes lost in."""
    if not how.regions:
        return Look({}, {}, (), composed, {})
    seen = seen_views(features, manifest, views, composed)
    whole = statistics(features, manifest, style, how.guides)
    if seen:  # views are mixed in, and what is given may be kept for others
        whole = {name: value.copy() for name, value in whole.items()}
    return mixed(Look(whole, how.guides, how.regions, composed, {}), manifest, seen)


def seen_views(
    features: Features, manifest: Manifest, views: Sequence[StyleView], composed: float
) -> list[tuple[StyleView, Values]]:
    """The views of a style that count, with their statistics."""
    counted = views if composed else ()
    return [
        (one, statistics(features, manifest, one.picture, one.guides, more=True)) for one in counted
    ]


def mixed(look: Look, manifest: Manifest, seen: Sequence[tuple[StyleView, Values]]) -> Look:
    """A look at the whole of a style with its views mixed in, in place."""
    for term in feature_terms(manifest.terms):
        for layer in filter(sees_things, manifest.layers_of(term) if term.guided else ()):
            name = term.target_name(layer)
            for region in look.regions:
                found = [
                    given[name][view.regions.index(region)]
                    for view, given in seen
                    if region in view.there[layer]
                ]
                if found:
                    _mix(look, name, region, np.stack(found))
    return look


def _mix(look: Look, name: str, region: int, found: Array) -> None:
    """Let a region's views (V, …) count beside the whole of it.

    Where they disagree, their mean has less energy than they have: it says less of a manner, and
    counts less.
    """
    share = look.composed
    mean = found.mean(axis=0, dtype=np.float64)
    energy = float(np.square(found, dtype=np.float64).sum()) / len(found)
    whole = look.of(name, region)
    whole[...] = share * mean + (1 - share) * whole
    ratio = float(np.square(mean).sum()) / max(energy, 1e-30)
    look.agreement[name, region] = ratio ** (_AGREEMENT * share)
