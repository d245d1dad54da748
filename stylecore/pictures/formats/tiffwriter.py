"""TIFF written in tiles by tifffile, for pictures that are large; beyond 4 GB as BigTIFF."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..tensors import Levels

_TILE = 256
"""Pixels of a side."""

BIG = (1 << 32) - (1 << 27)
"""Bytes of pixels from which on a file counts its places in 64 bits."""


def is_there() -> bool:
    """Whether tifffile is installed."""
    return find_spec("tifffile") is not None


def is_big(image: Levels) -> bool:
    """Whether a picture wants a BigTIFF."""
    return image.nbytes >= BIG


def write(file: IO[bytes], image: Levels, profile: bytes, tags: list[tuple[int, bytes]]) -> None:
    """Write a picture (H, W, C), deflated.

    Args:
        file: open for writing.
        image: with alpha as fourth channel, where it has some, that colours are not multiplied by.
        profile: an ICC profile of its colours.
        tags: further ones of the directory, as bytes.
    """
    import tifffile

    with tifffile.TiffWriter(file, bigtiff=is_big(image), byteorder="<") as writer:
        writer.write(
            _tiles(image),
            shape=image.shape,
            dtype=image.dtype,
            tile=(_TILE, _TILE),
            photometric="rgb",
            planarconfig="contig",
            extrasamples=["unassalpha"] if image.shape[2] == 4 else None,
            compression="zlib",
            iccprofile=profile,
            software=False,
            metadata=None,
            extratags=[(tag, 1, len(body), body, True) for tag, body in tags],
        )


def _tiles(image: Levels) -> Iterator[NDArray[Any]]:
    """Row after row of them; at the right and below they are filled up with zeros."""
    height, width, channels = image.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            part = image[top : top + _TILE, left : left + _TILE]
            tile = np.zeros((_TILE, _TILE, channels), image.dtype)
            tile[: part.shape[0], : part.shape[1]] = part
            yield tile
