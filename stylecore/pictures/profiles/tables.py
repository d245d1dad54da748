"""Profiles that convert by tables, and inks: Pillow's ImageCms (LittleCMS) does these."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tensors import Picture

_ROWS = 256
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


class NoPillowError(Exception):
    """Pillow, or its LittleCMS, is not installed."""


def by_tables(image: NDArray[np.uint8], profile: bytes) -> Picture | None:
    """(H, W, C) uint8, grey, RGB or CMYK, as sRGB; None for a profile that does not fit.

    Raises:
        NoPillowError: where Pillow is not installed.
    """
    try:
        from PIL import Image, ImageCms
    except ImportError as error:
        raise NoPillowError from error
    cms: Any = ImageCms
    mode = _MODES[image.shape[2]]
    try:
        source = cms.ImageCmsProfile(io.BytesIO(profile))
        transform = cms.buildTransform(source, cms.createProfile("sRGB"), mode, "RGB")
    except (cms.PyCMSError, OSError, ValueError):
        return None
    converted = np.empty((*image.shape[:2], 3), np.uint8)
    for top in range(0, len(image), _ROWS):
        band = image[top : top + _ROWS]
        given = Image.frombytes(mode, (band.shape[1], band.shape[0]), band.tobytes())
        converted[top : top + _ROWS] = np.asarray(cms.applyTransform(given, transform))
    return converted
