"""What the system tells of the processor."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_ROOT = Path("/")


def told_of_processor(root: Path = _ROOT) -> dict[str, str]:
    """What Linux tells of a core by name, ``model name`` for one; nothing where it tells nothing.

    Args:
        root: of the file system.
    """
    with suppress(OSError, ValueError):
        lines = (root / "proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        parts = (line.partition(":") for line in lines)
        return {name.strip(): value.strip() for name, _, value in parts}
    return {}
