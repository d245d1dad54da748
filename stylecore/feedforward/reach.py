"""How far a network looks: which pixels around a place change what it gives there.

Found out by changing a part of a picture while its summaries stay as they were. That is how far a
receptive field really reaches, paddings and resizings included.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Session
from .anatomy import Anatomy, Side
from .network import Network, trial_picture
from .summaries import Moments, Summary, Values

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
    summaries = network.graph.summaries
    wanted = [*(one.features for one in summaries), network.layout.found]
    names = list(dict.fromkeys(wanted))
    if not set(names) <= set(anatomy.extents):
        return None
    given = _statistics(network, summaries)
    ranks = {name: value.ndim for name, value in given.items()}
    data = network.graph.cut(names, (), summaries, ranks)
    session = Session(network.path, network.engine, data=data)
    for side in (-(-side // anatomy.step) * anatomy.step for side in _SIDES):
        found = _reaches(network, anatomy, session, names, given, side)
        if found is not None:
            return [found[name] for name in wanted]
    return None


def _statistics(network: Network, summaries: Sequence[Summary]) -> Values:
    """What is put in for a small picture: any numbers will do that occur."""
    names = [name for one in summaries for name in (one.features, *one.wanted)]
    if not names:
        return {}
    names = list(dict.fromkeys(names))
    session = Session(network.path, network.engine, data=network.graph.cut(names), once=True)
    image = network.enter(trial_picture(_SIDES[0], _SIDES[0]))
    found = dict(zip(names, session(session.outputs, **{network.layout.given: image}), strict=True))
    given = Values()
    for one in summaries:
        moments = Moments(one.axes)
        moments.add(found[one.features])
        given |= one.values(moments, found)
    return given


def _reaches(
    network: Network,
    anatomy: Anatomy,
    session: Session,
    names: list[str],
    statistics: Mapping[str, NDArray[Any]],
    side: int,
) -> dict[str, int] | None:
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
    found: dict[str, int] = {}
    for name, before, after in zip(names, *runs, strict=True):
        extent, changed = anatomy.extents[name], before != after
        reaches = [_reach(along, changed, part) for along in (extent.height, extent.width)]
        if any(reach is None for reach in reaches):
            return None
        found[name] = max(reach for reach in reaches if reach is not None)
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
