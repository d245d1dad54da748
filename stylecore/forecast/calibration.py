"""Timings kept in the cache folder, so that each machine and engine is timed once."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from ..engine.locations import home
from ..errors import ModelError
from ..files import write_atomically
from .speed import Speed

_FILE = "timings.json"


def kept(key: str) -> Speed | None:
    """The speed that was kept under a key, or None."""
    told = _read().get(key)
    if not isinstance(told, dict):
        return None
    numbers = cast("dict[str, Any]", told)
    found = [numbers.get(name) for name in ("fixed", "each")]
    if not all(isinstance(one, int | float) and 0 <= one < math.inf for one in found):
        return None
    fixed, each = map(float, cast("list[float]", found))
    return Speed(fixed, each)


def keep(key: str, speed: Speed) -> None:
    """Keep a speed under a key, where there is a place for it."""
    told = _read() | {key: {"fixed": speed.fixed, "each": speed.each}}
    with suppress(OSError, ModelError):
        path = _place()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(told, indent=1) + "\n").encode())


def _place() -> Path:
    return home() / _FILE


def _read() -> dict[str, Any]:
    with suppress(OSError, ValueError, ModelError, RecursionError):
        told = json.loads(_place().read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return cast("dict[str, Any]", told)
    return {}
