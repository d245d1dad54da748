"""The pictures that a run looks at: read, checked, and given out at each scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .control.canvas import Canvas
from .control.finish import Finish
from .control.guidance import Guidance, Steering
from .control.recolor import recolored
from .control.regions import Area, Mask, Region, areas, fit_mask
from .errors import ImageError, SettingsError
from .pictures.color import grey
from .pictures.images import (
    crop_to_aspect,
    lay_on_white,
    read_image,
    read_with_alpha,
    resize,
    resize_mask,
    scaled_size,
)
from .pictures.parts import nearest_of
from .pictures.tensors import Array, to_tensor
from .pyramid import SHORTEST, Scale
from .settings import Settings

Source: TypeAlias = str | Path | NDArray[np.uint8]
"""A picture: a path, or (H, W, 3) uint8, RGB; with a fourth channel for alpha."""


@dataclass(frozen=True)
class Pictures:
    """The inputs of a run.

    Attributes:
        content: (h, w, 3) float32, as large as it was given.
        styles: each (h, w, 3) float32, as large as it was given.
        init: what the coarsest scale starts from, where that is a picture of its own.
        height: of the result, in pixels.
        width: of the result, in pixels.
        steering: regions and masks.
        scales: how large each style is taken, 1 for as many pixels as the content.
        finish: how what is painted is delivered.
    """

    content: NDArray[Any]
    styles: tuple[NDArray[Any], ...]
    init: NDArray[Any] | None
    height: int
    width: int
    steering: Steering
    scales: tuple[float, ...]
    finish: Finish

    def content_at(self, scale: Scale) -> Array:
        """The content at a scale, (1, 3, H, W)."""
        return to_tensor(resize(self.content, scale.width, scale.height))

    def styles_at(self, scale: Scale) -> list[Array]:
        """The styles at a scale: their own aspect ratio, as many pixels as the scale has."""
        sizes = self._style_sizes(scale)
        return [
            to_tensor(resize(style, width, height))
            for style, (height, width) in zip(self.styles, sizes, strict=True)
        ]

    def canvas_at(self, scale: Scale, content: Array) -> Canvas:
        """What is painted on at a scale, over the content there, (1, 3, H, W)."""
        keep, in_grey = self.steering.keep, self.finish.color == "luminance"
        if keep is not None:
            keep = resize_mask(keep, scale.height, scale.width)[None, None]
        return Canvas(content, keep, in_grey)

    def guidance_at(self, scale: Scale, styles: Sequence[Array], settings: Settings) -> Guidance:
        """What steers where at a scale, for the styles there, each (1, 3, h, w)."""
        sizes = [(style.shape[2], style.shape[3]) for style in styles]
        return self.steering.at(settings, (scale.height, scale.width), sizes)

    def check(self, settings: Settings) -> list[str]:
        """What the user should know of regions at the final size.

        Raises:
            ImageError: as :meth:`Steering.check`.
        """
        scale = Scale(self.height, self.width, 0)
        size = (self.height, self.width)
        return self.steering.check(settings, size, self._style_sizes(scale))

    def _style_sizes(self, scale: Scale) -> list[tuple[int, int]]:
        return [
            _size_at(style, scale, factor)
            for style, factor in zip(self.styles, self.scales, strict=True)
        ]


def read_pictures(
    content: Source,
    style: Source | Sequence[Source],
    settings: Settings,
    *,
    regions: Sequence[Region] = (),
    keep: Mask | None = None,
    content_map: Mask | None = None,
    start: Source | None = None,
) -> Pictures:
    """Read and check everything a run looks at.

    Raises:
        ImageError: when a picture or a mask cannot be read or does not fit.
        SettingsError: when no style was given, or another number of blend weights than styles.
    """
    picture, alpha = _without_alpha(_read(content, read_with_alpha))
    many = style if isinstance(style, Sequence) and not isinstance(style, str) else [style]
    if not many:
        raise SettingsError("no style was given; give at least one picture")
    styles = tuple(_opaque(one) for one in many)
    _check_count("blend", settings.blend, len(styles))
    _check_count("style_scale", settings.style_scale, len(styles))
    steering = _steering(picture, styles, regions, keep, content_map)
    steering = replace(steering, alpha=alpha)
    height, width = scaled_size(picture.shape[0], picture.shape[1], settings.size)
    if min(height, width) < SHORTEST:
        raise ImageError(
            f"at size {settings.size} the content is {width}×{height} pixels, and the network needs"
            f" {SHORTEST} a side; give a larger size or crop the picture"
        )
    if settings.fit == "crop":
        styles = tuple(crop_to_aspect(one, width / height) for one in styles)
        cropped = tuple(_cropped(area, width / height) for area in steering.areas)
        steering = replace(steering, areas=cropped)
    if start is None and settings.init not in ("content", "noise"):
        start = settings.init
    floats = picture.astype(np.float32)
    styles, steering, numbers = recolored(
        floats, [one.astype(np.float32) for one in styles], steering, settings.color
    )
    blend = tuple(settings.blend[i] for i in numbers) if settings.blend else ()
    return Pictures(
        content=grey(floats) if settings.color == "luminance" else floats,
        styles=tuple(styles),
        init=None if start is None else _opaque(start),
        height=height,
        width=width,
        steering=replace(steering, blend=blend),
        scales=tuple(settings.style_scale[i] if settings.style_scale else 1.0 for i in numbers),
        finish=Finish(floats, settings.color, steering.keep, alpha),
    )


def _steering(
    content: NDArray[np.uint8],
    styles: Sequence[NDArray[np.uint8]],
    regions: Sequence[Region],
    keep: Mask | None,
    content_map: Mask | None,
) -> Steering:
    size = (content.shape[0], content.shape[1])
    found = areas(regions, size, [(one.shape[0], one.shape[1]) for one in styles])
    kept = None if keep is None else fit_mask(keep, size, "what is kept")
    if kept is not None and kept.min() > 0.98:
        raise ImageError("the mask of what is kept is all white; leave something to paint")
    weighted = None if content_map is None else fit_mask(content_map, size, "the content's weight")
    return Steering(found, weighted, kept)


def _cropped(area: Area, aspect: float) -> Area:
    styles = {i: crop_to_aspect(mask, aspect) for i, mask in area.styles.items()}
    for index, mask in styles.items():
        if not mask.max() > 0.02:
            raise ImageError(
                f"{area.name} in style {index + 1} lies in what fit=crop cuts off; take fit=keep"
            )
    return replace(area, styles=styles)


def _check_count(name: str, numbers: Sequence[float], styles: int) -> None:
    if numbers and len(numbers) != styles:
        raise SettingsError(
            f"{name} has {len(numbers)} numbers and there are {styles} styles; give one for each"
        )


def _read(
    source: Source, read: Callable[[str | Path], NDArray[np.uint8]] = read_image
) -> NDArray[np.uint8]:
    if isinstance(source, str | Path):
        return read(source)
    channels = source.shape[2] if source.ndim == 3 else 0
    if channels not in (3, 4) or source.dtype != np.uint8 or not source.size:
        raise ImageError(
            f"an array of {source.dtype} {source.shape} was given as a picture;"
            " give uint8 (H, W, 3), RGB"
        )
    return source


def _opaque(source: Source) -> NDArray[np.uint8]:
    picture = _read(source)
    return picture if picture.shape[2] == 3 else lay_on_white(picture)


def _without_alpha(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Array | None]:
    """RGB and alpha (H, W), 0–1, or None; what hides under full transparency is painted over."""
    if picture.shape[2] == 3 or (picture[..., 3] == 255).all():
        return picture[..., :3], None
    shown = picture[..., 3] > 0
    if not shown.any():
        raise ImageError("the content is wholly transparent; give one that shows something")
    # The nearest colour that shows: the network looks across the edge, and should see no step.
    return picture[..., :3][nearest_of(shown)], np.asarray(picture[..., 3] / 255, np.float32)


def _size_at(style: NDArray[Any], scale: Scale, larger: float) -> tuple[int, int]:
    height, width = style.shape[:2]
    factor = larger * (scale.height * scale.width / (height * width)) ** 0.5
    return max(SHORTEST, round(height * factor)), max(SHORTEST, round(width * factor))
