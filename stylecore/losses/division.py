"""How a style loss of two terms is divided: strokes and colours by one, things by neighbours."""

from __future__ import annotations

from ..settings import sees_forms
from .nearest import NEAREST
from .term import FeatureTerm

_STATISTIC, _FORMS, _NEIGHBOURS = 1.0, 0.25, 0.25
"""How much statistics of the whole count at layers that see strokes, at those that see large
forms, and how much neighbours count."""


def portion(term: FeatureTerm, layer: str, composed: float) -> float:
    """How much a term of the style counts at a layer, beside the other of its loss.

    Where a style is a composition of things, statistics of the whole of it say at deep layers which
    things: these are left to the neighbours, which choose among them by what the picture has.

    Args:
        term: one of the two.
        layer: whose.
        composed: how much of a composition the style is, 0–1.
    """
    if term is NEAREST:
        return _NEIGHBOURS
    return _FORMS * (1 - composed) if sees_forms(layer) else _STATISTIC
