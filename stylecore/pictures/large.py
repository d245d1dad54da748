"""Large pictures written a part at a time, whatever they carry beside their pixels."""

from __future__ import annotations

import mmap
import struct
from typing import IO

from .embedding import put_into, tiff_tail
from .formats import pngstrips, tiffwriter
from .formats.reduced import LARGE
from .notes import XMP_OF_TIFF, Metadata
from .profiles.srgb import srgb_profile
from .tagging import tagged
from .tensors import Levels
from .xmp import packet_of

_TIFF = (".tif", ".tiff")


def goes_in_parts(suffix: str, image: Levels) -> bool:
    """Whether a picture is large, and of a format that can be written a part at a time."""
    if image.nbytes < LARGE:
        return False
    return suffix == ".png" or (suffix in _TIFF and tiffwriter.is_there())


def write_in_parts(suffix: str, file: IO[bytes], image: Levels, put: Metadata | None) -> None:
    """Write a picture to a file that is open for writing and reading.

    Args:
        suffix: of the format.
        file: empty.
        image: (H, W, C) with C of 3, or 4 with alpha.
        put: what it carries, or None. A BigTIFF carries how it was made, and nothing of Exif.
    """
    if suffix == ".png":
        head = tagged(".png", pngstrips.write_head(image))
        file.write(head if put is None else put_into(".png", head, put))
        pngstrips.write_body(file, image)
    elif tiffwriter.is_big(image):
        made = [(XMP_OF_TIFF, packet_of(put.made))] if put is not None and put.made else []
        tiffwriter.write(file, image, srgb_profile(), made)
    else:
        tiffwriter.write(file, image, srgb_profile(), [])
        if put is not None and (put.exif or put.made):
            _add_to_tiff(file, put)


def _add_to_tiff(file: IO[bytes], put: Metadata) -> None:
    """Another main directory behind what is there, which has the entries of the first as well."""
    file.flush()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        place, tail = tiff_tail(data, put)
    file.seek(0, 2)
    file.write(tail)
    file.seek(4)
    file.write(struct.pack("<I", place))
