"""How far a network looks: which pixels around a place change what it gives there.

Found out by changing a part of a picture while the statistics of all normalisations stay as they
were. That is how far a receptive field really reaches, paddings and resizings included.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Session
from .anatomy import Anatomy, Side
from .graph import Norm
from .network import Network, trial_picture

_SIDES = (256, 512, 1024)
"""Pixels a side of the pictures that are tried, until one has room for all that changes."""

_CHANGED = 32
"""Pixels a side of the part that is changed."""


def reaches_of(network: Network, anatomy: Anatomy) -> list[int] | None:
    """Pixels that each stage looks beyond a place, of the picture, the output's last.

    None where something sees all of the picture, so that no tile of it would do.

    Raises:
        EngineError: as a run.
    """
    norms = network.graph.norms
    names = [*(norm.features for norm in norms), network.layout.found]
    if not set(names) <= set(anatomy.extents):
        return None
    session = Session(network.path, network.engine, data=network.graph.cut(names, (), norms))
    given = _statistics(network, norms)
    for side in (-(-side // anatomy.step) * anatomy.step for side in _SIDES):
        found = _reaches(network, anatomy, session, names, given, side)
        if found is not None:
            return found
    return None


def _statistics(network: Network, norms: list[Norm]) -> Mapping[str, NDArray[Any]]:
    """Factors and offsets of a small picture: any will do that are neither zero nor without end."""
    names = list(dict.fromkeys(name for norm in norms for name in (norm.features, norm.gamma)))
    if not names:
        return {}
    session = Session(network.path, network.engine, data=network.graph.cut(names), once=True)
    image = network.enter(trial_picture(*(2 * [_SIDES[0]])))
    found = dict(zip(names, session(session.outputs, **{network.layout.given: image}), strict=True))
    given: dict[str, NDArray[Any]] = {}
    for norm in norms:
        features = found[norm.features]
        deviation = features.std(axis=(2, 3), keepdims=True) + 1e-3
        given[norm.factor] = np.asarray(found[norm.gamma].reshape(1, -1, 1, 1) / deviation)
        given[norm.offset] = -features.mean(axis=(2, 3), keepdims=True) * given[norm.factor]
    return given


def _reaches(
    network: Network,
    anatomy: Anatomy,
    session: Session,
    names: list[str],
    statistics: Mapping[str, NDArray[Any]],
    side: int,
) -> list[int] | None:
    """The reaches as far as they show in a picture of so many pixels a side."""
    start = (side - _CHANGED) // 2 // anatomy.step * anatomy.step
    part = slice(start, start + _CHANGED)
    one = trial_picture(side, side)
    other = one.copy()
    other[..., part, part] = (
        255
        - other[..., part, part].mean()
        + np.random.default_rng(1).normal(0, 60, (1, 3, _CHANGED, _CHANGED))
    )
    runs = [
        session(session.outputs, **{network.layout.given: network.enter(image)}, **statistics)
        for image in (one, other)
    ]
    found: list[int] = []
    for name, before, after in zip(names, *runs, strict=True):
        extent, changed = anatomy.extents[name], before != after
        reaches = [_reach(along, changed, part) for along in (extent.height, extent.width)]
        if any(reach is None for reach in reaches):
            return None
        found.append(max(reach for reach in reaches if reach is not None))
    return found


def _reach(along: Side, changed: NDArray[np.bool_], part: slice) -> int | None:
    """How far beyond the part a value changed; None where that was up to the picture's edge."""
    others = tuple(axis for axis in range(4) if axis != along.axis)
    places = np.flatnonzero(changed.any(axis=others))
    if not places.size:
        return 0
    first, last = int(places[0]), int(places[-1])
    if first == 0 or last == changed.shape[along.axis] - 1:
        return None
    middle = along.offset / 2
    top, bottom = (first - middle) / along.ratio, (last + 1 - middle) / along.ratio
    return max(0, math.ceil(max(part.start - top, bottom - part.stop)))
