"""The pictures of a run as they are given: read, checked, and reduced to what is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from .control.views import MIDDLE
from .errors import ImageError, SettingsError
from .pictures.images import (
    cropped_size,
    lay_on_white,
    read_with_alpha,
    reduced,
    resize,
    resize_mask,
    same_shape,
    scaled_size,
)
from .pictures.parts import nearest_of
from .pictures.reading import Enough
from .pictures.tensors import Array
from .pyramid import SHORTEST, Scale
from .settings import Settings

Source: TypeAlias = str | Path | NDArray[np.uint8]
"""A picture: a path, or (H, W, 3) uint8, RGB; with a fourth channel for alpha."""


def read_content(source: Source, settings: Settings) -> tuple[Array, Array | None]:
    """The content (h, w, 3) and its alpha (h, w), or None; up to twice the size of the result.

    Raises:
        ImageError: when it cannot be read, or is too narrow for its size.
    """
    picture, whole = _read(source, partial(_enough_for_content, size=settings.size))
    height, width = scaled_size(*whole, settings.size)
    if min(height, width) < SHORTEST:
        raise ImageError(
            f"at size {settings.size} the content is {width}×{height} pixels, and the network needs"
            f" {SHORTEST} a side; give a larger size or crop the picture"
        )
    colors, alpha = _without_alpha(picture)
    # Twice the size: the next finer one tells contours better.
    content = reduced(colors, 2 * height, 2 * width)
    return content, None if alpha is None else resize_mask(alpha, *content.shape[:2])


def _enough_for_content(height: int, width: int, size: int) -> tuple[int, int]:
    """Twice what is kept, which is twice the size: the last step of shrinking is made in floats."""
    height, width = scaled_size(height, width, size)
    return 4 * height, 4 * width


def read_styles(style: Source | Iterable[Source], settings: Settings, scale: Scale) -> list[Array]:
    """The styles, each (h, w, 3), no larger than they are looked at.

    Raises:
        ImageError: when one cannot be read.
        SettingsError: when none was given, or another number of weights than styles.
    """
    single = isinstance(style, str | Path | np.ndarray)
    many = [cast("Source", style)] if single else list(style)
    if not many:
        raise SettingsError("no style was given; give at least one picture")
    check_count("blend", settings.blend, len(many))
    check_count("style_scale", settings.style_scale, len(many))
    return [_style(one, style_factor(settings, i), settings, scale) for i, one in enumerate(many)]


def read_start(source: Source, height: int, width: int) -> Array:
    """The picture to start from, (height, width, 3).

    Raises:
        ImageError: when it cannot be read, or has another shape.
    """
    picture, _ = _opaque(source, lambda h, w: scaled_size(h, w, 2 * max(height, width)))
    if not same_shape(picture.shape[:2], (height, width)):
        raise ImageError(
            f"the start is {picture.shape[1]}×{picture.shape[0]} pixels and the result"
            f" {width}×{height}; give a start of the content's shape"
        )
    return resize(reduced(picture, height, width), width, height)


def check_count(name: str, numbers: Sequence[float], styles: int) -> None:
    """Make sure that a setting has a number for each style, or none.

    Raises:
        SettingsError: for another number of them.
    """
    if numbers and len(numbers) != styles:
        raise SettingsError(
            f"{name} has {len(numbers)} numbers and there are {styles} styles; give one for each"
        )


def style_factor(settings: Settings, number: int) -> float:
    """How large the settings take a style, 1 for as many pixels as the content."""
    return settings.style_scale[number] if settings.style_scale else 1.0


def style_size(shape: Sequence[int], scale: Scale, larger: float) -> tuple[int, int]:
    """Height and width of a style at a scale, so many times as large as the content there."""
    height, width = shape[:2]
    factor = larger * (scale.height * scale.width / (height * width)) ** 0.5
    return max(SHORTEST, round(height * factor)), max(SHORTEST, round(width * factor))


def _style(source: Source, factor: float, settings: Settings, scale: Scale) -> Array:
    size = partial(_seen_of_style, factor=factor, settings=settings, scale=scale)

    def enough(height: int, width: int) -> tuple[int, int]:
        wanted = size(height, width)
        return 2 * wanted[0], 2 * wanted[1]

    picture, whole = _opaque(source, enough)
    return reduced(picture, *size(*whole))


def _seen_of_style(
    height: int, width: int, factor: float, settings: Settings, scale: Scale
) -> tuple[int, int]:
    """How large a style of this size has to be to be looked at."""
    seen = (height, width)
    if settings.fit == "crop":
        seen = cropped_size(height, width, scale.width / scale.height)
    # Views of coarse scales are enlarged: there the style is looked at twice as large.
    larger = factor * max(1.0, MIDDLE / scale.longest)
    wanted = style_size(seen, scale, larger)
    shrink = max(wanted[0] / seen[0], wanted[1] / seen[1])
    return round(height * shrink), round(width * shrink)


def _read(source: Source, enough: Enough) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The picture, of a file no more than suffices, and height and width of the whole."""
    if isinstance(source, str | Path):
        return _read_file(source, enough)
    channels = source.shape[2] if source.ndim == 3 else 0
    if channels not in (3, 4) or source.dtype != np.uint8 or not source.size:
        raise ImageError(
            f"an array of {source.dtype} {source.shape} was given as a picture;"
            " give uint8 (H, W, 3), RGB"
        )
    return source, (source.shape[0], source.shape[1])


def _read_file(path: str | Path, enough: Enough) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    whole = 0, 0

    def noted(height: int, width: int) -> tuple[int, int]:
        nonlocal whole
        whole = height, width
        return enough(height, width)

    return read_with_alpha(path, noted), whole


def _opaque(source: Source, enough: Enough) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    picture, whole = _read(source, enough)
    return picture if picture.shape[2] == 3 else lay_on_white(picture), whole


def _without_alpha(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Array | None]:
    """RGB and alpha (H, W), 0–1, or None; what hides under full transparency is painted over."""
    if picture.shape[2] == 3 or (picture[..., 3] == 255).all():
        return picture[..., :3], None
    shown = picture[..., 3] > 0
    if not shown.any():
        raise ImageError("the content is wholly transparent; give one that shows something")
    # The nearest colour that shows: the network looks across the edge, and should see no step.
    return picture[..., :3][nearest_of(shown)], np.asarray(picture[..., 3] / 255, np.float32)
