"""The pictures of a run as they are given: read, checked, and reduced to what is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from .control.views import MIDDLE
from .errors import ImageError, NotAPictureError, SettingsError
from .pictures.images import (
    crop_to_aspect,
    reduced,
    resize,
    resize_mask,
    same_shape,
    scaled_size,
)
from .pictures.sources import Source, colours_and_alpha, is_source, picture_of
from .pictures.tensors import Array
from .pyramid import COARSEST, SHORTEST, Scale
from .settings import SMALLEST_SIDE, Settings

SMALLEST_CONTENT = 16
"""Pixels: the side of an icon. What is smaller has no forms to paint."""

_MUCH_SMALLER = 2.0


def read_content(source: Source, settings: Settings) -> tuple[Array, Array | None]:
    """The content (h, w, 3) and its alpha (h, w), or None; up to twice the size of the result.

    Raises:
        ImageError: when it cannot be read, is too small for a picture, or too narrow for its size.
    """
    picture = picture_of(source, "the content")
    if min(picture.shape[:2]) < SMALLEST_CONTENT:
        raise ImageError(
            f"the content is {picture.shape[1]}×{picture.shape[0]} pixels, too few for a picture;"
            f" give one of at least {SMALLEST_CONTENT} a side"
        )
    height, width = scaled_size(picture.shape[0], picture.shape[1], settings.size)
    if min(height, width) < SHORTEST:
        raise ImageError(
            f"at size {settings.size} the content is {width}×{height} pixels, and the network needs"
            f" {SHORTEST} a side; give a larger size or crop the picture"
        )
    colors, alpha = colours_and_alpha(picture, "the content")
    # Twice the size: the next finer one tells contours better.
    content = reduced(colors, 2 * height, 2 * width)
    return content, None if alpha is None else resize_mask(alpha, *content.shape[:2])


def read_styles(
    style: Source | Iterable[Source], settings: Settings, scale: Scale
) -> list[tuple[Array, Array | None]]:
    """The styles, each (h, w, 3), no larger than they are looked at, with their alpha (h, w).

    Raises:
        ImageError: when one cannot be read.
        SettingsError: when none was given, or another number of weights than styles.
    """
    many = _several(style)
    if not many:
        raise SettingsError("no style was given; give at least one picture")
    check_count("blend", settings.blend, len(many))
    check_count("style_scale", settings.style_scale, len(many))
    return [_style(one, i, settings, scale) for i, one in enumerate(many)]


def read_start(source: Source, height: int, width: int) -> tuple[Array, int]:
    """The picture to start from, (height, width, 3), and the longest side that it has itself.

    Raises:
        ImageError: when it cannot be read, or has another shape.
    """
    picture, _ = colours_and_alpha(picture_of(source, "the start"), "the start")
    if not same_shape(picture.shape[:2], (height, width)):
        raise ImageError(
            f"the start is {picture.shape[1]}×{picture.shape[0]} pixels and the result"
            f" {width}×{height}; give a start of the content's shape"
        )
    start = resize(reduced(picture, height, width), width, height)
    return start, max(picture.shape[:2])


def from_scale(settings: Settings, longest: int) -> Settings:
    """The settings with a start that is so long: the first scale is the one it was made for.

    Coarser ones would take apart what is painted already. One that was asked for stays.
    """
    if settings.coarsest:
        return settings
    return replace(settings, coarsest=min(max(longest, COARSEST), settings.size))


def note_of_size(content: Array, longest: int) -> str | None:
    """What to say of a content (h, w, 3) that is much smaller than its result, or None."""
    height, width = content.shape[:2]
    factor = longest / max(height, width)
    if factor < _MUCH_SMALLER:
        return None
    return (
        f"the content is {width}×{height} pixels and was enlarged {factor:.3g} times;"
        f" a size of {max(height, width, SMALLEST_SIDE)} shows as much of it"
    )


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


def _several(style: Source | Iterable[Source]) -> list[Source]:
    if is_source(style):
        return [cast("Source", style)]
    if isinstance(style, bytes) or not isinstance(style, Iterable):
        raise NotAPictureError(style, "the style")
    return list(style)


def _style(
    source: Source, number: int, settings: Settings, scale: Scale
) -> tuple[Array, Array | None]:
    what = f"style {number + 1}"
    picture, alpha = colours_and_alpha(picture_of(source, what), what)
    seen = picture
    if settings.fit == "crop":
        seen = crop_to_aspect(picture, scale.width / scale.height)
    # Views of coarse scales are enlarged: there the style is looked at twice as large.
    larger = style_factor(settings, number) * max(1.0, MIDDLE / scale.longest)
    height, width = style_size(seen.shape, scale, larger)
    shrink = max(height / seen.shape[0], width / seen.shape[1])
    shape = round(picture.shape[0] * shrink), round(picture.shape[1] * shrink)
    small = reduced(picture, *shape)
    return small, None if alpha is None else resize_mask(alpha, *small.shape[:2])
