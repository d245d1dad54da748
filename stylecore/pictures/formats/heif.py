"""HEIC, the photographs of telephones, by pillow-heif, where that is installed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..profiles import cicp
from ..profiles.convert import Colors
from .stored import DAMAGED, Pixels, Stored, UnreadableError

_MISSING = (
    "is HEIC; install what reads it (pip install 'stylecore[heif]'), or convert it:"
    " heif-convert FILE picture.png"
)


def open_heic(data: bytes) -> Stored:
    """What a HEIC file stores, turned upright by libheif.

    Raises:
        UnreadableError: for one that is damaged, or where nothing is installed that reads it.
    """
    try:
        import pillow_heif  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise UnreadableError(_MISSING) from None
    library: Any = pillow_heif
    with _damage():
        opened: Any = library.open_heif(data, convert_hdr_to_8bit=True)
        colors, remarks = _colors(opened.info)
    return Stored(pixels=lambda _: _pixels(opened), colors=colors, remarks=remarks)


def _pixels(opened: Any) -> Pixels:
    with _damage():
        # A copy: older releases lend their memory without keeping it.
        image = np.array(opened, np.uint8)
    image = image.reshape(*image.shape[:2], -1)
    return Pixels(image, alpha=image.shape[2] in (2, 4))


@contextmanager
def _damage() -> Generator[None]:
    """Whatever the library comes upon is damage, but for a lack of memory."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableError(DAMAGED) from error


def _colors(info: Any) -> tuple[Colors, tuple[str, ...]]:
    """An ICC profile before code points."""
    if profile := info.get("icc_profile"):
        return bytes(profile), ()
    codes = info.get("nclx_profile")
    if not codes:
        return None, ()
    primaries, transfer = codes["color_primaries"], codes["transfer_characteristics"]
    space = cicp.space_of(int(primaries), int(transfer))
    return space, (cicp.CLIPPED,) if cicp.is_hdr(int(transfer)) else ()
