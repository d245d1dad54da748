"""The table of terms: what graphs are built from, targets prepared by, and reports named after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ..settings import default_of, sees_things
from .content import CONTENT
from .gram import GRAM
from .moments import MOMENTS
from .nearest import NEAREST
from .term import FeatureTerm, ImageTerm, Term
from .variation import VARIATION
from .wasserstein import WASSERSTEIN

TERMS: Mapping[str, Term] = {
    "gram": GRAM,
    "moments": MOMENTS,
    "wasserstein": WASSERSTEIN,
    "nearest": NEAREST,
    "content": CONTENT,
    "tv": VARIATION,
}
"""By the names that an artefact's manifest lists."""


def terms_with(style_loss: str) -> tuple[str, ...]:
    """The terms of a loss, in the order in which graphs record them."""
    return (*style_loss.split(_AND), "content", "tv")


def layers_of(
    term: FeatureTerm, names: Iterable[str], content: Sequence[str], style: Sequence[str]
) -> tuple[str, ...]:
    """The layers that a term looks at; beside Grams, neighbours are for those that see things.

    Args:
        term: one of the loss.
        names: of all terms of the loss.
        content: the layers whose features are content.
        style: the layers whose statistics are style.
    """
    if term.part == "content":
        return tuple(content)
    if term is NEAREST and is_divided(names):
        return tuple(filter(sees_things, style))
    return tuple(style)


_AND = "+"

DEFAULT = terms_with(default_of("style_loss"))

Losses: TypeAlias = dict[str, float]
"""``loss``, and the parts that sum to it, each with its weight already in."""


def feature_terms(names: Iterable[str]) -> list[FeatureTerm]:
    """Those of the terms that look at features."""
    return [term for name in names if isinstance(term := TERMS[name], FeatureTerm)]


def image_terms(names: Iterable[str]) -> list[ImageTerm]:
    """Those of the terms that look at the image alone."""
    return [term for name in names if isinstance(term := TERMS[name], ImageTerm)]


def style_loss_of(names: Iterable[str]) -> str:
    """Those of the terms that compare styles, as one word; empty where none does."""
    return _AND.join(name for name in names if TERMS[name].part == "style")


def is_divided(names: Iterable[str]) -> bool:
    """Whether more than one of the terms compares styles."""
    return _AND in style_loss_of(names)


def compares_statistics(names: Iterable[str]) -> bool:
    """Whether one of the terms compares statistics of a style's regions."""
    return any(term.guided for term in feature_terms(names))


def parts_of(names: Iterable[str]) -> tuple[str, ...]:
    """The parts of a loss, each once: content first, for reports."""
    return tuple(sorted({TERMS[name].part for name in names}))


def total(parts: Mapping[str, float]) -> Losses:
    """The loss beside its parts."""
    return {"loss": sum(parts.values()), **parts}
