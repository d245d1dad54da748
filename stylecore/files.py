"""Files: outputs that appear whole or not at all, and checksums.

An output is a temporary file beside its target, then a rename.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


def write_atomically(path: str | os.PathLike[str], data: bytes | memoryview) -> None:
    """Write a file so that its name never shows half of it.

    A link is followed, so that it keeps pointing at its target. Permissions are those of any new
    file.

    Raises:
        OSError: with ``strerror`` saying why, for a folder that is missing or may not be written,
            a target that is no regular file, or a full disk.
    """
    target = _regular_target(path)
    temporary = _beside(target)
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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


def _regular_target(path: str | os.PathLike[str]) -> Path:
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


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:200]}.{secrets.token_hex(4)}.tmp")
