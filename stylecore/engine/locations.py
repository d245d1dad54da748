"""Where artefacts lie: by the platform's convention, or in ``STYLECORE_HOME``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    r"""The folder of weights and artefacts; it need not exist.

    ``STYLECORE_HOME`` moves it. Otherwise it is ``~/Library/Caches/stylecore`` on macOS,
    ``%LOCALAPPDATA%\stylecore`` on Windows and ``$XDG_CACHE_HOME/stylecore`` elsewhere.
    """
    moved = os.environ.get("STYLECORE_HOME")
    if moved:
        return Path(moved).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "stylecore"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "stylecore"
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache") / "stylecore"


def weights_folder() -> Path:
    """Where fetched weight files lie."""
    return home() / "weights"


def artefacts_folder() -> Path:
    """Where built artefacts lie, one folder each."""
    return home() / "artefacts"
