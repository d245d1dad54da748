"""Pictures turned upright, as EXIF counts how a camera was held."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Pixels = TypeVar("_Pixels", bound=np.generic)

_ON_ITS_SIDE = range(5, 9)


def upright(image: NDArray[_Pixels], orientation: int) -> NDArray[_Pixels]:
    """A view of (H, W, …) with its top at the top; 1 is upright already (EXIF 2.32, tag 0x112)."""
    if orientation in _ON_ITS_SIDE:
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return image


def upright_size(height: int, width: int, orientation: int) -> tuple[int, int]:
    """Height and width once it is upright; the same takes an upright size back."""
    return (width, height) if orientation in _ON_ITS_SIDE else (height, width)
