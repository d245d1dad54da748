"""The pictures that a run looks at: read, checked, and given out at each scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .errors import ImageError, SettingsError
from .images import crop_to_aspect, read_image, resize, scaled_size
from .pyramid import SHORTEST, Scale
from .settings import Settings
from .tensors import Array, to_tensor

Source: TypeAlias = str | Path | NDArray[np.uint8]
"""A picture: a path, or (H, W, 3) uint8, RGB."""


@dataclass(frozen=True)
class Pictures:
    """The inputs of a run.

    Attributes:
        content: (h, w, 3) float32, as large as it was given.
        styles: each (h, w, 3) float32, as large as it was given.
        init: what the coarsest scale starts from, where that is a picture of its own.
        height: of the result, in pixels.
        width: of the result, in pixels.
    """

    content: NDArray[Any]
    styles: tuple[NDArray[Any], ...]
    init: NDArray[Any] | None
    height: int
    width: int

    def content_at(self, scale: Scale) -> Array:
        """The content at a scale, (1, 3, H, W)."""
        return to_tensor(resize(self.content, scale.width, scale.height))

    def styles_at(self, scale: Scale) -> list[Array]:
        """The styles at a scale: their own aspect ratio, as many pixels as the scale has."""
        return [to_tensor(_style_at(style, scale)) for style in self.styles]


def read_pictures(
    content: Source, style: Source | Sequence[Source], settings: Settings
) -> Pictures:
    """Read and check everything a run looks at.

    Raises:
        ImageError: when a picture cannot be read or is too narrow for the size.
        SettingsError: when no style was given.
    """
    picture = _read(content)
    many = style if isinstance(style, Sequence) and not isinstance(style, str) else [style]
    if not many:
        raise SettingsError("no style was given; give at least one picture")
    styles = tuple(_read(one) for one in many)
    height, width = scaled_size(picture.shape[0], picture.shape[1], settings.size)
    if min(height, width) < SHORTEST:
        raise ImageError(
            f"at size {settings.size} the content is {width}×{height} pixels, and the network needs"
            f" {SHORTEST} a side; give a larger size or crop the picture"
        )
    if settings.fit == "crop":
        styles = tuple(crop_to_aspect(one, width / height) for one in styles)
    init = None if settings.init in ("content", "noise") else read_image(settings.init)
    floats = [one.astype(np.float32) for one in (picture, *styles)]
    return Pictures(floats[0], tuple(floats[1:]), init, height, width)


def _read(source: Source) -> NDArray[np.uint8]:
    if isinstance(source, str | Path):
        return read_image(source)
    if source.ndim != 3 or source.shape[2] != 3 or source.dtype != np.uint8 or not source.size:
        raise ImageError(
            f"an array of {source.dtype} {source.shape} was given as a picture;"
            " give uint8 (H, W, 3), RGB"
        )
    return source


def _style_at(style: NDArray[Any], scale: Scale) -> NDArray[Any]:
    height, width = style.shape[:2]
    factor = (scale.height * scale.width / (height * width)) ** 0.5
    size = (max(SHORTEST, round(side * factor)) for side in (width, height))
    return resize(style, *size)
