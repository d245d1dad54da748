"""The pictures of a run as they are given: read, checked, and reduced to what is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .control.views import MIDDLE
from .errors import ImageError, NotAPictureError, SettingsError
from .pictures.images import (
    LARGE,
    cropped_size,
    reduced,
    reduced_in_bits,
    resize,
    resize_mask,
    same_shape,
    scaled_size,
)
from .pictures.sources import Source, colours_and_alpha, is_source, picture_and_size
from .pictures.tensors import Array, Picture, eight_bits
from .pyramid import COARSEST, SHORTEST, Scale
from .settings import SMALLEST_SIDE, Settings

SMALLEST_CONTENT = 16
"""Pixels: the side of an icon. What is smaller has no forms to paint."""

_MUCH_SMALLER = 2.0


def read_content(source: Source, settings: Settings) -> tuple[NDArray[Any], Array | None]:
    """The content (h, w, 3) and its alpha (h, w), or None; up to twice the size of the result.

    That of a large result is no larger than this, and stays in 8 bits.

    Raises:
        ImageError: when it cannot be read, is too small for a picture, or too narrow for its size.
    """
    enough = partial(_enough_for_content, size=settings.size)
    picture, whole = picture_and_size(source, "the content", enough)
    if min(whole) < SMALLEST_CONTENT:
        raise ImageError(
            f"the content is {whole[1]}×{whole[0]} pixels, too few for a picture;"
            f" give one of at least {SMALLEST_CONTENT} a side"
        )
    height, width = scaled_size(*whole, settings.size)
    if min(height, width) < SHORTEST:
        raise ImageError(
            f"at size {settings.size} the content is {width}×{height} pixels, and the network needs"
            f" {SHORTEST} a side; give a larger size or crop the picture"
        )
    colors, alpha = colours_and_alpha(picture, "the content")
    content = _content_of(colors, height, width)
    return content, None if alpha is None else resize_mask(alpha, *content.shape[:2])


def _content_of(colors: Picture, height: int, width: int) -> NDArray[Any]:
    # Twice the size: the next finer one tells contours better.
    times = 1 if height * width > LARGE else 2
    return _reducing(height * width)(colors, times * height, times * width)


def _reducing(pixels: int) -> Callable[[Picture, int, int], NDArray[Any]]:
    """How pictures are shrunk for a result of so many pixels."""
    return reduced_in_bits if pixels > LARGE else reduced


def _enough_for_content(height: int, width: int, size: int) -> tuple[int, int]:
    """Twice what is kept, which is twice the size: the last step of shrinking is made in floats."""
    height, width = scaled_size(height, width, size)
    return 4 * height, 4 * width


def several(style: Source | Iterable[Source]) -> list[Source]:
    """The styles as a list, where one or more were given.

    Raises:
        NotAPictureError: for what is neither a picture nor several.
        SettingsError: when none was given.
    """
    if is_source(style):
        return [cast("Source", style)]
    if isinstance(style, bytes) or not isinstance(style, Iterable):
        raise NotAPictureError(style, "the style")
    many = list(style)
    if not many:
        raise SettingsError("no style was given; give at least one picture")
    return many


def read_styles(
    style: Source | Iterable[Source], settings: Settings, scale: Scale
) -> list[tuple[Array, Array | None]]:
    """The styles, each (h, w, 3), no larger than they are looked at, with their alpha (h, w).

    Raises:
        ImageError: when one cannot be read.
        SettingsError: when none was given, or another number of weights than styles.
    """
    many = several(style)
    check_count("blend", settings.blend, len(many))
    if len(settings.style_scale) > 1:  # a single one holds for all
        check_count("style_scale", settings.style_scale, len(many))
    return [_style(one, i, settings, scale) for i, one in enumerate(many)]


def read_start(source: Source, height: int, width: int) -> tuple[NDArray[Any], int]:
    """The picture to start from, (height, width, 3), and the longest side that it has itself.

    Raises:
        ImageError: when it cannot be read, or has another shape.
    """
    longest = 2 * max(height, width)
    given, whole = picture_and_size(source, "the start", lambda h, w: scaled_size(h, w, longest))
    picture, _ = colours_and_alpha(given, "the start")
    if not same_shape(whole, (height, width)):
        raise ImageError(
            f"the start is {whole[1]}×{whole[0]} pixels and the result {width}×{height};"
            " give a start of the content's shape"
        )
    reduce = _reducing(height * width)
    start = resize(reduce(picture, height, width), width, height)
    return start, max(whole)


def as_held(changed: NDArray[Any], picture: NDArray[Any]) -> NDArray[Any]:
    """A picture whose colours were changed, in the type that another is held in."""
    return eight_bits(changed) if picture.dtype == np.uint8 else changed


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
    factors = settings.style_scale or (1.0,)
    return factors[number % len(factors)]  # a single one holds for all


def style_size(shape: Sequence[int], scale: Scale, larger: float) -> tuple[int, int]:
    """Height and width of a style at a scale, so many times as large as the content there."""
    height, width = shape[:2]
    factor = larger * (scale.height * scale.width / (height * width)) ** 0.5
    return max(SHORTEST, round(height * factor)), max(SHORTEST, round(width * factor))


def _style(
    source: Source, number: int, settings: Settings, scale: Scale
) -> tuple[NDArray[Any], Array | None]:
    factor = style_factor(settings, number)
    size = partial(_seen_of_style, factor=factor, settings=settings, scale=scale)

    def enough(height: int, width: int) -> tuple[int, int]:
        wanted = size(height, width)
        return 2 * wanted[0], 2 * wanted[1]

    what = f"style {number + 1}"
    given, whole = picture_and_size(source, what, enough)
    picture, alpha = colours_and_alpha(given, what)
    small = _reducing(scale.pixels)(picture, *size(*whole))
    return small, None if alpha is None else resize_mask(alpha, *small.shape[:2])


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
