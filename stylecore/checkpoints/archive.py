"""The file of a checkpoint: NumPy's .npz with a page of JSON in it, and a SHA-256 of every part.

No pickle is in it, nothing is compressed, and nothing is believed: what it says of its sizes is
compared with its own length before there is memory for them.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .. import files
from ..errors import CheckpointError
from ..version import __version__

FORMAT = 1
PAGE = "checkpoint.json"
"""The member that says what the others are."""

_KINDS = ("float16", "float32", "uint16", "uint8")
_MOST_AXES = 4
_AT_ONCE = 1 << 24
_LONGEST_HEADER = 1000
_DAMAGED = (
    *(AttributeError, BadZipFile, EOFError, IndexError, KeyError, NotImplementedError),
    *(RecursionError, RuntimeError, TypeError, ValueError, struct.error, zlib.error),
)
"""What strange bytes lead to."""


@dataclass(frozen=True)
class Saved:
    """What a checkpoint holds.

    Attributes:
        values: ready for JSON.
        arrays: float16, float32, uint16 or uint8, by their names.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])

    @property
    def size(self) -> int:
        """Bytes of its arrays."""
        return sum(one.nbytes for one in self.arrays.values())


def write_archive(path: str | os.PathLike[str], saved: Saved) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        CheckpointError: where that cannot be done.
    """
    try:
        with files.replacing(path) as file, ZipFile(file, "w", ZIP_STORED) as archive:
            described = {
                name: _write_array(archive, name, array) for name, array in saved.arrays.items()
            }
            page = {"format": FORMAT, "version": __version__, "arrays": described}
            text = json.dumps({**page, "values": saved.values}).encode()
            archive.writestr(ZipInfo(PAGE), text)
            archive.comment = hashlib.sha256(text).hexdigest().encode()
    except OSError as error:
        raise CheckpointError(files.unwritable(path, error)) from error


def read_archive(path: str | os.PathLike[str]) -> Saved:
    """Read a checkpoint.

    Raises:
        CheckpointError: where there is none, it is damaged, of another format, or something else.
    """
    try:
        with ZipFile(path) as archive:
            members = _members(archive, Path(path).stat().st_size)
            page = _page(archive, members, path)
            arrays = {
                name: _read_array(archive, members[f"{name}.npy"], told)
                for name, told in page["arrays"].items()
            }
            return Saved(dict(page["values"]), arrays)
    except FileNotFoundError:
        raise CheckpointError(f"{files.missing(path)}; give the file of a checkpoint") from None
    except OSError as error:
        reason = error.strerror or "it is damaged"
        raise CheckpointError(f"cannot read {path}: {reason}; give another checkpoint") from None
    except _DAMAGED as error:
        raise CheckpointError(_complaint(path, error)) from None


def _complaint(path: str | os.PathLike[str], error: Exception) -> str:
    with Path(path).open("rb") as file:
        known = file.read(4) == b"PK\3\4"
    said = f" ({' '.join(str(error).split())})" if isinstance(error, _UnlikeError) else ""
    if known:
        return f"{path} is a damaged checkpoint, or none{said}; begin the run anew without it"
    return f"{path} is no checkpoint; give the file that --checkpoint wrote"


class _UnlikeError(ValueError):
    """Something is not as the file itself says."""


def _write_array(archive: ZipFile, name: str, array: NDArray[Any]) -> dict[str, Any]:
    array = np.ascontiguousarray(array)
    with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
        npy.write_array(member, array, allow_pickle=False)
    digest = hashlib.sha256(array.data).hexdigest()
    return {"kind": str(array.dtype), "shape": list(array.shape), "sha256": digest}


def _members(archive: ZipFile, size: int) -> Mapping[str, ZipInfo]:
    """The members by their names: nothing compressed, and together no longer than the file."""
    members = archive.infolist()
    named = {one.filename: one for one in members}
    if len(named) < len(members) or any(one.compress_type != ZIP_STORED for one in members):
        raise _UnlikeError("its parts are not stored as they are")
    if sum(one.file_size for one in members) > size:
        raise _UnlikeError("its parts are larger than the file")
    return named


def _page(
    archive: ZipFile, members: Mapping[str, ZipInfo], path: str | os.PathLike[str]
) -> dict[str, Any]:
    text = archive.read(members[PAGE])
    page = json.loads(text)
    if page["format"] != FORMAT:
        raise CheckpointError(
            f"{path} is of format {page['format']!r}, by stylecore {page['version']}, and this one"
            f" reads format {FORMAT}; go on with that version, or begin the run anew"
        )
    if hashlib.sha256(text).hexdigest().encode() != archive.comment:
        raise _UnlikeError("wrong SHA-256 of its description")
    return page


def _read_array(archive: ZipFile, member: ZipInfo, told: Mapping[str, Any]) -> NDArray[Any]:
    with archive.open(member) as file:
        if npy.read_magic(file) != (1, 0):
            raise _UnlikeError(f"{member.filename} is of another version")
        shape, by_columns, kind = npy.read_array_header_1_0(file, _LONGEST_HEADER)
        if by_columns or list(shape) != told["shape"] or str(kind) != told["kind"]:
            raise _UnlikeError(f"{member.filename} is not of the form that it should have")
        left = member.file_size - file.tell()
        if str(kind) not in _KINDS or len(shape) > _MOST_AXES or min(shape, default=0) < 1:
            raise _UnlikeError(f"{member.filename} is no array of a checkpoint")
        if math.prod(shape) * kind.itemsize != left:
            raise _UnlikeError(f"{member.filename} has another length than it should")
        array = np.empty(shape, kind)
        view = array.data.cast("B")
        for start in range(0, left, _AT_ONCE):
            view[start : start + _AT_ONCE] = file.read(min(_AT_ONCE, left - start))
    if hashlib.sha256(array.data).hexdigest() != told["sha256"]:
        raise _UnlikeError(f"wrong SHA-256 of {member.filename}")
    return array
