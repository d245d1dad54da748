"""The sound of a film, carried over by ffmpeg, since OpenCV knows of pictures alone."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_AS_IT_IS, _ENCODED_ANEW = ("-c", "copy"), ("-c:v", "copy")


def carry_sound(source: Path, painted: Path, seconds: float | None) -> str:
    """Put the sound of a film into its painted one.

    Args:
        source: the film.
        painted: what is replaced by the same with sound, or left as it is.
        seconds: of the sound that belong to it; None for all.

    Returns:
        Why that could not be done; nothing where it was, or where there is no sound.
    """
    ffmpeg = _ffmpeg()
    if ffmpeg is None:
        return (
            f"the sound of {source}, if it has any, is left out, since ffmpeg is not here;"
            " pip install 'stylecore[film]' brings it"
        )
    whole = painted.with_name(f"{painted.stem}.sound{painted.suffix}")
    try:
        # Some kinds of files do not take the sound as it is.
        reason = _joined(ffmpeg, source, painted, whole, seconds, _AS_IT_IS)
        if reason:
            reason = _joined(ffmpeg, source, painted, whole, seconds, _ENCODED_ANEW)
        if not reason:
            whole.replace(painted)
    except OSError as error:
        reason = str(error.strerror)
    finally:
        whole.unlink(missing_ok=True)
    return f"the sound of {source} is left out; ffmpeg says: {reason}" if reason else ""


def _ffmpeg() -> str | None:
    """The program: the machine's own, or one that came as a package."""
    found = shutil.which("ffmpeg")
    if found is not None:
        return found
    try:
        package: Any = importlib.import_module("imageio_ffmpeg")
        return package.get_ffmpeg_exe()
    except (ImportError, RuntimeError):  # the package without the program
        return None


def _joined(
    ffmpeg: str,
    source: Path,
    painted: Path,
    whole: Path,
    seconds: float | None,
    codecs: Sequence[str],
) -> str:
    """Write a film with the pictures of one and the sound of another; returns what ffmpeg says."""
    inputs = ["-i", _as_file(painted), "-i", _as_file(source)]
    parts = ["-map", "0:v:0", "-map", "1:a?", "-map_metadata", "-1", *codecs]
    end = [] if seconds is None else ["-t", f"{seconds:.3f}"]
    words = [ffmpeg, "-nostdin", "-v", "error", "-y", *inputs, *parts, *end, _as_file(whole)]
    done = subprocess.run(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        start_new_session=True,  # Ctrl-C ends the painting: what is done by then gets its sound
    )
    if not done.returncode and whole.is_file() and whole.stat().st_size:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else f"status {done.returncode}"


def _as_file(path: Path) -> str:
    """A path for ffmpeg, which takes some names for options or addresses."""
    return f"file:{path}"
