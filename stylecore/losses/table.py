"""The table of terms: what graphs are built from, targets prepared by, and reports named after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from .content import CONTENT
from .gram import GRAM
from .term import FeatureTerm, ImageTerm, Term
from .variation import VARIATION

TERMS: Mapping[str, Term] = {"gram": GRAM, "content": CONTENT, "tv": VARIATION}
"""By the names that an artefact's manifest lists; graphs record them in this order."""

DEFAULT = tuple(TERMS)

Losses: TypeAlias = dict[str, float]
"""``loss``, and the parts that sum to it, each with its weight already in."""


def feature_terms(names: Iterable[str]) -> list[FeatureTerm]:
    """Those of the terms that look at features."""
    return [term for name in names if isinstance(term := TERMS[name], FeatureTerm)]


def image_terms(names: Iterable[str]) -> list[ImageTerm]:
    """Those of the terms that look at the image alone."""
    return [term for name in names if isinstance(term := TERMS[name], ImageTerm)]


def parts_of(names: Iterable[str]) -> tuple[str, ...]:
    """The parts of a loss, each once: content first, for reports."""
    return tuple(sorted({TERMS[name].part for name in names}))


def total(parts: Mapping[str, float]) -> Losses:
    """The loss beside its parts."""
    return {"loss": sum(parts.values()), **parts}
