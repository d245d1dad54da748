"""The machine, in words: seconds of two compare only where it is the same."""

from __future__ import annotations

import platform
from contextlib import suppress
from functools import cache
from pathlib import Path

from ..engine.cores import usable_cores


@cache
def described() -> str:
    """Processor, and how many of its cores this process may use."""
    cores = usable_cores()
    return f"{_processor()}, {cores} {'core' if cores == 1 else 'cores'}"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return " ".join(value.split())
    return platform.processor() or platform.machine() or "unknown processor"
