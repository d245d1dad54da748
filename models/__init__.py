"""Makes artefacts: reads published weights, builds the graphs and their gradient, checks them."""

from .build import build_artefact
from .fetch import fetch
from .prepare import ensure_artefact
from .weights import Preprocessing, Weights, read_weights

__all__ = [
    "Preprocessing",
    "Weights",
    "build_artefact",
    "ensure_artefact",
    "fetch",
    "read_weights",
]
