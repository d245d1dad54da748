"""The machine, in words: seconds of two compare only where it is the same."""

from __future__ import annotations

import platform
from functools import cache

from ..engine.cores import usable_cores
from ..engine.processor import told_of_processor


@cache
def described() -> str:
    """Processor, and how many of its cores this process may use."""
    cores = usable_cores()
    return f"{_processor()}, {cores} {'core' if cores == 1 else 'cores'}"


def _processor() -> str:
    name = " ".join(told_of_processor().get("model name", "").split())
    return name or platform.processor() or platform.machine() or "unknown processor"
