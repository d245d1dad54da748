"""The table of terms: what graphs are built from, targets prepared by, and reports named after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from .content import CONTENT
from .gram import GRAM
from .moments import MOMENTS
from .term import FeatureTerm, ImageTerm, Term
from .variation import VARIATION
from .wasserstein import WASSERSTEIN

TERMS: Mapping[str, Term] = {
    "gram": GRAM,
    "moments": MOMENTS,
    "wasserstein": WASSERSTEIN,
    "content": CONTENT,
    "tv": VARIATION,
}
"""By the names that an artefact's manifest lists."""


def terms_with(style_loss: str) -> tuple[str, ...]:
    """The terms of a loss, in the order in which graphs record them."""
    return (style_loss, "content", "tv")


DEFAULT = terms_with("gram")

Losses: TypeAlias = dict[str, float]
"""``loss``, and the parts that sum to it, each with its weight already in."""


def feature_terms(names: Iterable[str]) -> list[FeatureTerm]:
    """Those of the terms that look at features."""
    return [term for name in names if isinstance(term := TERMS[name], FeatureTerm)]


def image_terms(names: Iterable[str]) -> list[ImageTerm]:
    """Those of the terms that look at the image alone."""
    return [term for name in names if isinstance(term := TERMS[name], ImageTerm)]


def style_loss_of(names: Iterable[str]) -> str:
    """The one of the terms that compares styles; empty where none does."""
    return next((name for name in names if TERMS[name].part == "style"), "")


def parts_of(names: Iterable[str]) -> tuple[str, ...]:
    """The parts of a loss, each once: content first, for reports."""
    return tuple(sorted({TERMS[name].part for name in names}))


def total(parts: Mapping[str, float]) -> Losses:
    """The loss beside its parts."""
    return {"loss": sum(parts.values()), **parts}
