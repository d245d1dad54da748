"""What Pillow decodes for us, where it is installed: JPEG once more, inks, and packed TIFF."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .stored import DAMAGED, UnreadableError

NO_INKS = (
    "is in CMYK with a colour profile, which needs Pillow (pip install 'stylecore[cli]'),"
    " so its colours may be off; convert it to sRGB"
)


def is_there() -> bool:
    """Whether Pillow is installed, with LittleCMS."""
    try:
        from PIL import ImageCms
    except ImportError:
        return False
    return bool(ImageCms)


def jpeg(data: bytes, reduction: int) -> NDArray[np.uint8] | None:
    """The channels of a JPEG, (h, w[, C]), or None where Pillow refuses it."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        # Not by Image.open, which minds how many pixels there are: OpenCV has opened them.
        opened: Any = JpegImageFile(io.BytesIO(data))
        if reduction > 1:
            opened.draft(opened.mode, (opened.width // reduction, opened.height // reduction))
        return np.asarray(opened)
    except (OSError, SyntaxError, ValueError):
        return None


def inks(data: bytes, reduction: int) -> NDArray[np.uint8]:
    """A JPEG in CMYK, (h, w, 4) uint8, 0 for no ink.

    Raises:
        UnreadableError: where Pillow refuses it, or finds other channels.
    """
    decoded = jpeg(data, reduction)
    if decoded is None or decoded.ndim != 3 or decoded.shape[2] != 4:
        raise UnreadableError(DAMAGED)
    return decoded


def tiff(data: bytes) -> NDArray[np.uint8] | None:
    """The channels of a TIFF of 8 bits, (H, W, C), or None where Pillow does not read it."""
    from PIL.TiffImagePlugin import TiffImageFile

    try:
        opened: Any = TiffImageFile(io.BytesIO(data))
        if opened.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):
            return None
        decoded: NDArray[np.uint8] = np.asarray(opened)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return None
    return decoded.reshape(*decoded.shape[:2], -1)
