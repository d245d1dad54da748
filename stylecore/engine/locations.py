"""Where artefacts lie: by the platform's convention, or in ``STYLECORE_HOME``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import ModelError

_REMEDY = "set STYLECORE_HOME to a folder for weights and networks"


def home() -> Path:
    r"""The folder of weights and artefacts; it need not exist.

    ``STYLECORE_HOME`` moves it. Otherwise it is ``~/Library/Caches/stylecore`` on macOS,
    ``%LOCALAPPDATA%\stylecore`` on Windows and ``$XDG_CACHE_HOME/stylecore`` elsewhere.

    Raises:
        ModelError: where the user has no home folder, as many users of containers.
    """
    moved = os.environ.get("STYLECORE_HOME")
    if moved:
        return _expanded(moved)
    if sys.platform == "darwin":
        return _users_folder() / "Library" / "Caches" / "stylecore"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else _users_folder() / "AppData" / "Local") / "stylecore"
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if Path(cache).is_absolute() else _users_folder() / ".cache") / "stylecore"


def _expanded(folder: str) -> Path:
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        raise ModelError(
            f"STYLECORE_HOME is {folder}, and nobody here has a home folder by that name; {_REMEDY}"
        ) from None


def _users_folder() -> Path:
    try:
        if os.environ.get("HOME") == "" and sys.platform != "win32":
            import pwd  # Python takes an empty HOME for the root folder

            return Path(pwd.getpwuid(os.getuid()).pw_dir)
        return Path.home()
    except (RuntimeError, KeyError):
        raise ModelError(f"this user has no home folder; {_REMEDY}") from None


def weights_folder() -> Path:
    """Where fetched weight files lie."""
    return home() / "weights"


def artefacts_folder() -> Path:
    """Where built artefacts lie, one folder each."""
    return home() / "artefacts"
