"""How a scale is painted within a limit of memory: whole or in tiles, and what L-BFGS remembers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..engine.artefact import shallow_layers
from ..engine.memory import memory_of
from ..engine.room import held_memory, usable_memory
from ..errors import SettingsError
from ..optimizers.pairs import Memory
from ..settings import Settings
from .layout import largest_read

_SHARE = 0.9
"""Of the memory that is free: other programs want some too."""

_SMALLEST, _STEP = 96, 32
"""Pixels a side that a tile owns at least; sides are multiples of the latter."""

_COMFORTABLE = 512
"""Pixels: with smaller tiles more than half of the work is for what lies around them. L-BFGS
remembers less before it comes to that."""

_FEWER = (5, 3, 1)
"""Pairs that L-BFGS can do with."""


@dataclass(frozen=True)
class Fit:
    """How a scale is painted.

    Attributes:
        side: pixels a side that a tile owns at most; 0 for a picture as a whole.
        memory: of L-BFGS.
        bytes: that this is estimated to take.
    """

    side: int
    memory: Memory
    bytes: float

    def as_dict(self, limit: float) -> dict[str, Any]:
        """Plain values, for reports."""
        return {
            "limit_bytes": round(limit) if math.isfinite(limit) else None,
            "estimated_bytes": round(self.bytes),
            "tile": self.side or None,
            "pairs": self.memory.pairs,
            "half_precision": self.memory.half,
        }


@dataclass(frozen=True)
class Place:
    """A scale that is to be fitted.

    Attributes:
        height: in pixels.
        width: in pixels.
        steps: evaluations at this scale.
        regions: how many there are.
        shallow: whether it is held to the shallow layers alone.
        canvas: whether something is kept, or only grey is painted.
        beyond: bytes that the pictures of the run take beyond a content and a style of the last
            scale's size.
    """

    height: int
    width: int
    steps: int
    regions: int
    shallow: bool = False
    canvas: bool = False
    beyond: float = 0.0


def limit_of(settings: Settings) -> float:
    """Bytes that the process may hold: what the settings grant, or most of what is free."""
    return settings.memory_limit or _SHARE * usable_memory() + held_memory()


def fitted(place: Place, settings: Settings, limit: float) -> Fit:
    """The best way to paint a scale that is estimated to stay within a limit.

    Raises:
        SettingsError: where there is none.
    """
    best: Fit | None = None
    for memory in _memories(settings):
        found = _largest(place, settings, memory, limit)
        if found is not None and (not found.side or found.side >= _COMFORTABLE):
            return found
        if found is not None and (best is None or found.side > best.side):
            best = found
    if best is None:
        raise SettingsError(_too_large(place, settings, limit))
    return best


def notes_on_fit(place: Place, fit: Fit, limit: float) -> list[str]:
    """What the user should know of a scale that is not painted as usual."""
    if not fit.side and not fit.memory.half:
        return []
    told: list[str] = []
    if fit.side:
        told.append(f"painted in tiles of {fit.side}, which gives the same picture")
    if fit.memory.half:
        told.append(f"L-BFGS remembers {fit.memory.pairs} pairs in half precision")
    return [f"{place.width}×{place.height} pixels in {in_words(limit)}: {'; '.join(told)}"]


def in_words(size: float) -> str:
    """Bytes as ``--max-memory`` takes them."""
    return f"{size / 1e9:.1f}G" if size >= 1e9 else f"{math.ceil(size / 1e6)}M"


def _memories(settings: Settings) -> Iterable[Memory]:
    """What L-BFGS may remember; there is a pair less than there are steps."""
    usual = Memory(settings.history_size)
    if settings.optimizer == "adam":
        return [usual]
    fewer = [pairs for pairs in _FEWER if pairs < usual.pairs]
    if settings.optimizer == "lbfgs":  # scipy's keeps all in double precision
        return [usual, *map(Memory, fewer)]
    return [usual, *(Memory(pairs, half=True) for pairs in (usual.pairs, *fewer))]


def _bytes(place: Place, settings: Settings, memory: Memory, side: int) -> float:
    layers = (*settings.all_content_layers, *settings.style_layers)
    layers = shallow_layers(layers) if place.shallow else layers
    size = place.height, place.width
    return memory_of(
        *size,
        tile=largest_read(*size, side, layers) if side else None,
        regions=place.regions,
        shallow=place.shallow,
        optimizer=settings.optimizer,
        pairs=min(memory.pairs, place.steps - 1),
        half=memory.half,
        canvas=place.canvas,
        beyond=place.beyond,
    )


def _largest(place: Place, settings: Settings, memory: Memory, limit: float) -> Fit | None:
    """The whole picture, or the largest tiles that fit."""
    most = _STEP * (max(place.height, place.width) // _STEP)
    for side in (0, *range(most, _SMALLEST - 1, -_STEP)):
        size = _bytes(place, settings, memory, side)
        if size <= limit:
            return Fit(side, memory, size)
    return None


def _too_large(place: Place, settings: Settings, limit: float) -> str:
    *_, least = _memories(settings)
    size = _bytes(place, settings, least, min(_SMALLEST, max(place.height, place.width)))
    enough = math.ceil(size / 1e8) * 1e8  # what is told is rounded
    return (
        f"{place.width}×{place.height} pixels find no room in {in_words(limit)} of memory, not even"
        f" in the smallest tiles; give --max-memory {in_words(enough)}, or a smaller --size"
    )
