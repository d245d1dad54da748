"""Self-similarity: how much of a content's form a picture has, whatever it is painted with.

Kolkin, Salavon & Shakhnarovich 2019, Style Transfer by Relaxed Optimal Transport and
Self-Similarity (arXiv 1904.12785), the content loss: which places are like which others.
D_ij = 1 − cos(F_i, F_j), each column divided by its sum, in the content and in the picture; what
is left between the two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from .gaussian import Floats

_MOST = 2304
"""Positions of a layer that are compared with each other: the work grows with the square."""


def dissimilarity(content: Mapping[str, Floats], picture: Mapping[str, Floats]) -> float:
    """The mean of :func:`dissimilarity_at` over layers; less is better."""
    return float(np.mean([dissimilarity_at(content[layer], picture[layer]) for layer in content]))


def dissimilarity_at(content: Floats, picture: Floats) -> float:
    """½ · mean_j Σ_i |C_ij − X_ij| for features (C, h, w): 0 for one form, 1 for nothing in common.

    That is n/2 times the paper's, so that it does not depend on the number n of positions.
    """
    wanted, found = (_columns(_thinned(features)) for features in (content, picture))
    return float(np.abs(wanted - found).sum(axis=0).mean()) / 2


def _thinned(features: Floats) -> Floats:
    """Every so manyth position, (C, n)."""
    channels, height, width = features.shape
    step = max(1, math.ceil(math.sqrt(height * width / _MOST)))
    return features[:, ::step, ::step].reshape(channels, -1)


def _columns(features: Floats) -> Floats:
    """D with columns that sum to 1, (n, n), of features (C, n)."""
    lengths = np.sqrt(np.square(features, dtype=np.float64).sum(axis=0))
    unit = features / np.maximum(lengths, 1e-12)
    distances = np.maximum(1 - unit.T @ unit, 0)
    np.fill_diagonal(distances, 0)
    return distances / np.maximum(distances.sum(axis=0), 1e-12)
