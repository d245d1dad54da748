"""How much of a texture a style is: whether its parts have the same deep statistics."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ..control.views import Corner
from ..losses.table import feature_terms
from ..pictures.tensors import Array, to_tensor
from ..settings import LAYERS
from .artefact import Manifest
from .session import Session
from .statistics import statistics

_UNEVEN, _EVEN = 0.38, 0.48
_SIDE = 128
_SMALLEST = 24


def composedness(features: Session, manifest: Manifest, style: Array) -> float:
    """How much of a composition a style (H, W, 3) is, 0–1.

    A style whose quarters agree is a texture: its large forms are its manner, and the whole shows
    them best. One whose quarters differ is a composition of things.
    """
    even = evenness(features, manifest, style)
    return float(np.clip((_EVEN - even) / (_EVEN - _UNEVEN), 0, 1))


def evenness(features: Session, manifest: Manifest, style: Array) -> float:
    """The mean cosine between the Gram matrices of a style's quarters at its deepest layer.

    The style (H, W, 3) is 256 pixels long for it. Measured at relu5_1: harbour 0.54, night 0.51,
    Starry Night 0.48; seated nude 0.43, shipwreck 0.42, wave 0.38, Mona Lisa 0.37, The Scream 0.35.
    """
    height, width = (
        max(_SMALLEST, round(side * _SIDE / max(style.shape[:2]))) for side in style.shape[:2]
    )
    deepest = max(manifest.style_layers, key=LAYERS.index)
    style_term = next(term for term in feature_terms(manifest.terms) if term.guided)
    grams: list[Array] = []
    for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
        quarter = Corner(down, right, 2.0, 0).cut_picture(style, height, width)
        found = statistics(features, manifest, to_tensor(quarter), more=True)
        (statistic,) = found[style_term.target_name(deepest)]
        grams.append(statistic[:, : len(statistic)].ravel())
    lengths = [max(float(np.linalg.norm(gram)), 1e-12) for gram in grams]
    unit = [gram / length for gram, length in zip(grams, lengths, strict=True)]
    return float(np.mean([np.vdot(one, other) for one, other in combinations(unit, 2)]))
