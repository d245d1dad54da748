"""Files: outputs that appear whole or not at all, checksums, and what there is to say of names.

An output is a temporary file beside its target, then a rename.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

LONGEST_NAME = 255
"""Bytes that a name may have in most file systems."""

_URL = re.compile(r"([a-z][a-z0-9+.-]+):(/+|(?=image/))(.*)", re.IGNORECASE | re.DOTALL)


def write_atomically(path: str | os.PathLike[str], data: bytes | memoryview) -> None:
    """Write a file so that its name never shows half of it.

    A link is followed, so that it keeps pointing at its target. Permissions are those of any new
    file.

    Raises:
        OSError: with ``strerror`` saying why, for a folder that is missing or may not be written,
            a target that is no regular file, or a full disk.
    """
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """Open a file that takes the place of another once it is whole, as `write_atomically` does.

    What was written can be read.

    Raises:
        OSError: as `write_atomically`.
    """
    target = _regular_target(path)
    temporary = _beside(target)
    try:
        with temporary.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def growing(path: str | os.PathLike[str]) -> Generator[Path]:
    """A new name beside a path, of its suffix, for what grows over time.

    What lies there at the end of the block takes the place of the path; after an error it is gone.

    Raises:
        OSError: as `write_atomically`.
    """
    target = _regular_target(path)
    temporary = _beside(target, target.suffix)
    try:
        yield temporary
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sweep(path: str | os.PathLike[str]) -> None:
    """Remove what processes that were killed while they wrote this file have left beside it.

    For files that nobody else writes at the time.
    """
    with suppress(OSError):
        target = Path(os.path.realpath(path))
        for left in target.parent.iterdir():
            if _LEFT.fullmatch(left.name[-12:]) and left.name[:-12] == _start(target):
                left.unlink()


def check_writable(path: str | os.PathLike[str]) -> None:
    """Find out before a long run whether `write_atomically` would succeed, by trying.

    Raises:
        OSError: as `write_atomically`.
    """
    temporary = _beside(_regular_target(path))
    temporary.touch(exist_ok=False)
    temporary.unlink()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return digest_of(path, "sha256")


def digest_of(path: Path, algorithm: str) -> str:
    """The checksum of a file by ``sha256`` or ``md5``, in hexadecimal."""
    with path.open("rb") as file:
        # md5 is what some sources publish: here it finds damage, it does not guard against malice.
        return hashlib.file_digest(
            file, lambda: hashlib.new(algorithm, usedforsecurity=algorithm != "md5")
        ).hexdigest()


def is_there(path: str | os.PathLike[str]) -> bool:
    """Whether something has this name; what no name can be is not there."""
    try:
        return Path(path).exists()
    except OSError:  # too long, or in a folder that may not be looked into
        return False


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether there is a folder of this name; what no name can be is none."""
    return is_there(path) and Path(path).is_dir()


def encoded(name: str) -> bytes:
    """A name as file systems of Unix hold it; elsewhere it takes no more bytes than this."""
    return name.encode("utf-8", "surrogateescape")


def shortened(name: str, most: int) -> str:
    """As much of a name as fits into so many bytes, in whole characters."""
    data = encoded(name)
    if len(data) <= most:
        return name
    while most > 0 and data[most] & 0xC0 == 0x80:  # inside a character
        most -= 1
    return data[: max(most, 0)].decode("utf-8", "surrogateescape")


def url_of(path: str | os.PathLike[str]) -> str | None:
    """The address that was given in place of a path, or None; long ones are cut."""
    found = _URL.match(str(path))
    if found is None:
        return None
    scheme, slashes, rest = found.groups()
    # A path has lost slashes of it.
    start = "" if not slashes else "///" if scheme.lower() == "file" else "//"
    address = f"{scheme}:{start}{rest.lstrip('/')}"
    return address if len(address) <= _SHOWN else f"{address[:_SHOWN]}…"


_SHOWN = 100


def missing(path: str | os.PathLike[str]) -> str:
    """Say that there is no file of this name; a URL is named as what it is."""
    url = url_of(path)
    return (
        f"there is no file {path}"
        if url is None
        else f"{url} is a URL, and nothing is fetched from there"
    )


def unwritable(path: str | os.PathLike[str], error: OSError) -> str:
    """Say why a file could not be written, and what to do."""
    if (url := url_of(path)) is not None:
        return f"{url} is a URL, to which nothing is written; give the path of a file"
    advice = "give a path in a folder that you may write to"
    if error.errno == errno.ENAMETOOLONG:
        advice = f"give a name of at most {LONGEST_NAME} bytes"
    return f"cannot write {path}: {error.strerror}; {advice}"


def _regular_target(path: str | os.PathLike[str]) -> Path:
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "there is a null character in its name", str(path))
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder", str(path))
    if target.exists() and not target.is_file():
        raise FileExistsError(17, "it is no regular file", str(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(2, f"there is no folder {target.parent}", str(path))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "it is write-protected", str(path))
    return target


def _beside(target: Path, suffix: str = ".tmp") -> Path:
    return target.with_name(f"{_start(target)}{secrets.token_hex(4)}{suffix}")


def _start(target: Path) -> str:
    """How the names of its temporary files begin."""
    return f".{shortened(target.name, 200)}."


_LEFT = re.compile(r"[0-9a-f]{8}\.tmp")
