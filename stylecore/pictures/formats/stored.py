"""What a file stores, before it is turned upright and made sRGB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..profiles.convert import Colors

_ROWS = 256

DAMAGED = "is damaged or cut short; give a whole copy of it"


class UnreadableError(Exception):
    """A file that is not read; the message is the end of a sentence about it."""


@dataclass(frozen=True)
class Pixels:
    """Pixels as stored.

    Attributes:
        image: (H, W, C), uint8 or uint16: grey, RGB or CMYK (0 for no ink), then alpha, if any.
        alpha: whether the last channel is alpha, which the colours are not multiplied by.
        full: the largest value of a channel.
    """

    image: NDArray[Any]
    alpha: bool = False
    full: int = 255


@dataclass(frozen=True)
class Stored:
    """What a file stores.

    Attributes:
        pixels: decodes; given how many times smaller the picture may come, 1, 2, 4 or 8.
        size: height and width, where the format can come smaller.
        orientation: as EXIF counts, 1–8.
        colors: what the file says of its colours.
        remarks: of what is not done, as ends of a sentence about the file.
    """

    pixels: Callable[[int], Pixels]
    size: tuple[int, int] | None = None
    orientation: int = 1
    colors: Colors = None
    remarks: tuple[str, ...] = ()


def from_opencv(decoded: NDArray[Any] | None, full: int | None = None) -> Pixels:
    """Grey, BGR or BGRA, as OpenCV decodes, as pixels, in the same memory.

    Raises:
        UnreadableError: for None, or channels that are not of whole numbers.
    """
    if decoded is None:
        raise UnreadableError(DAMAGED)
    if decoded.dtype.name not in {"uint8", "uint16"}:
        raise UnreadableError(holds(str(decoded.dtype)))
    full = full or (255 if decoded.dtype.name == "uint8" else 65535)
    if decoded.ndim == 2:
        return Pixels(decoded[..., None], full=full)
    _swap_red_and_blue(decoded)
    return Pixels(decoded, alpha=decoded.shape[2] == 4, full=full)


def _swap_red_and_blue(image: NDArray[Any]) -> None:
    """In place, some rows at a time: a second copy of a large picture would be large."""
    for top in range(0, len(image), _ROWS):
        band = image[top : top + _ROWS]
        blue = band[..., 0].copy()
        band[..., 0] = band[..., 2]
        band[..., 2] = blue


def holds(kind: str) -> str:
    """That channels of this kind are not read."""
    return f"holds {kind} channels; save it with 8 or 16 bits each"
