"""What is to be painted: pictures, regions and masks, read and checked once, given out by scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from os import PathLike
from typing import Any, TypedDict, Unpack, overload

from numpy.typing import NDArray

from .control.canvas import Canvas
from .control.composition import settings_at
from .control.finish import Finish
from .control.guidance import Guidance, Steering
from .control.recolor import recolored
from .control.regions import Area, Region, areas, fit_mask, where_shown
from .control.views import StyleView, corners_at
from .errors import ImageError, SettingsError
from .inputs import (
    as_held,
    check_count,
    from_scale,
    note_of_size,
    read_content,
    read_start,
    read_styles,
    several,
    style_factor,
    style_size,
)
from .pictures.color import grey
from .pictures.images import (
    LARGE,
    crop_to_aspect,
    resize,
    resize_mask,
    scaled_size,
    tensor_at,
)
from .pictures.sources import Mask, Source
from .pictures.tensors import Array, to_tensor
from .provenance.given import input_of, inputs_of
from .provenance.inputs import Inputs
from .pyramid import Scale
from .settings import Settings
from .strength.calibrated import Calibrated


class Controls(TypedDict, total=False):
    """What may steer a picture beside content, styles and settings.

    Attributes:
        regions: which part of the content takes from which part of a style; none: all from all.
        keep: a mask of what is left as it is, and takes no part in the style.
        content_map: a mask of how much the content counts, white for as much as without.
        start: the picture to start from, instead of the settings' ``init``; of the content's shape.
    """

    regions: Sequence[Region]
    keep: Mask | None
    content_map: Mask | None
    start: Source | None


@dataclass(frozen=True)
class Study:
    """A scene at one scale.

    Attributes:
        settings: of this scale.
        content: (1, 3, H, W).
        styles: each (1, 3, h, w); large ones are made when they are asked for.
        guidance: what steers where.
        views: of each style.
        canvas: what is painted on.
        shallow: whether the scale is held to the shallow layers alone.
    """

    settings: Settings
    content: Array
    styles: Sequence[Array]
    guidance: Guidance
    views: list[list[StyleView]]
    canvas: Canvas
    shallow: bool = False


@dataclass(frozen=True)
class Scene:
    """What is to be painted, no larger than it is painted; as from :func:`read_scene`.

    Attributes:
        settings: how.
        height: of the result, in pixels.
        width: of the result, in pixels.
        content: (h, w, 3) float32, up to twice the size of the result; of a large result uint8,
            and no larger.
        styles: each (h, w, 3), of the same type.
        alphas: (h, w) of each style, 0 where it is transparent, or None.
        start: what the coarsest scale starts from, where that is a picture of its own.
        steering: regions and masks.
        numbers: which of the styles that were given each is; recolouring may take one twice.
        given: how many styles were given.
        finish: how what is painted is delivered.
        inputs: which pictures and masks were given.
        calibrated: what the settings' strength comes to, where that is known.
    """

    settings: Settings
    height: int
    width: int
    content: NDArray[Any] = field(repr=False)
    styles: tuple[NDArray[Any], ...] = field(repr=False)
    alphas: tuple[Array | None, ...] = field(repr=False)
    start: NDArray[Any] | None = field(repr=False)
    steering: Steering = field(repr=False)
    numbers: tuple[int, ...]
    given: int
    finish: Finish = field(repr=False)
    inputs: Inputs = field(repr=False)
    calibrated: Calibrated | None = field(default=None, repr=False)

    def at(self, scale: Scale) -> Study:
        """Everything at a scale: the styles keep their own shape, and have as many pixels."""
        settings = settings_at(self.settings, scale.longest, shallow_alone=scale.shallow)
        content, sizes = self.content_at(scale), self._style_sizes(scale)
        styles = _Styles([*zip(self.styles, sizes, strict=True)])
        guidance = self._guidance(scale, settings)
        views = [self._views(i, size, scale, settings) for i, size in enumerate(sizes)]
        canvas = self._canvas(scale, content)
        seen = styles if scale.pixels > LARGE else list(styles)
        return Study(settings, content, seen, guidance, views, canvas, scale.shallow)

    def content_at(self, scale: Scale) -> Array:
        """The content at a scale, (1, 3, H, W)."""
        return tensor_at(self.content, scale.height, scale.width)

    def style_at(self, index: int, scale: Scale) -> NDArray[Any]:
        """A style at a scale, (h, w, 3), of the type that it is held in."""
        style, (height, width) = self.styles[index], self._style_sizes(scale)[index]
        return resize(style, width, height)

    def notes(self) -> list[str]:
        """What the user should know of the content's size, and of regions at the final size.

        Raises:
            ImageError: as :meth:`Steering.notes`.
        """
        of_size = note_of_size(self.content, self.settings.size)
        of_regions = self.steering.notes(self._last_guidance, self.settings)
        return [*([] if of_size is None else [of_size]), *of_regions]

    def again(self, start: Source | None = None, **changes: Any) -> Scene:
        """The same scene from another start, with other settings; nothing is read anew.

        Args:
            start: the picture to start from.
            changes: of the settings, but for those that the pictures were read by.

        Raises:
            SettingsError: for a change of size, fit, colour or style scale.
            ImageError: for a start of another shape.
        """
        if fixed := _READ_BY & set(changes):
            raise SettingsError(f"a scene was read by its {min(fixed)}; read it again for another")
        settings, begin = replace(self.settings, **changes), self.start
        inputs = self.inputs
        check_count("blend", settings.blend, self.given)
        if start is not None:
            begin, longest = read_start(start, self.height, self.width)
            settings = from_scale(settings, longest)
            inputs = replace(inputs, start=input_of(start))
        return replace(
            self,
            settings=settings,
            inputs=inputs,
            calibrated=None,
            start=begin,
            steering=replace(self.steering, blend=_blend(settings, self.numbers)),
        )

    @cached_property
    def _last_guidance(self) -> Guidance:
        scale = Scale(self.height, self.width, 0)
        return self._guidance_at(scale, settings_at(self.settings, scale.longest))

    def _guidance(self, scale: Scale, settings: Settings) -> Guidance:
        if (scale.height, scale.width) == (self.height, self.width):
            return self._last_guidance
        return self._guidance_at(scale, settings)

    def _guidance_at(self, scale: Scale, settings: Settings) -> Guidance:
        size = (scale.height, scale.width)
        return self.steering.at(settings, size, self._style_sizes(scale))

    def _views(
        self, index: int, size: tuple[int, int], scale: Scale, settings: Settings
    ) -> list[StyleView]:
        """The views of a style that is so large at a scale."""
        neighbours = "nearest" in settings.style_loss
        if settings.composition == "style" or neighbours:
            return []
        views: list[StyleView] = []
        for corner in corners_at(scale.longest):
            picture = corner.cut_picture(self.styles[index], *size)
            cut = partial(corner.cut, height=size[0], width=size[1], resample=resize_mask)
            views.append(self.steering.view(index, to_tensor(picture), cut, settings))
        return views

    def _canvas(self, scale: Scale, content: Array) -> Canvas:
        keep, in_grey = self.steering.keep, self.finish.color == "luminance"
        if keep is not None:
            keep = resize_mask(keep, scale.height, scale.width)[None, None]
        return Canvas(content, keep, in_grey)

    def _style_sizes(self, scale: Scale) -> list[tuple[int, int]]:
        return [
            style_size(style.shape, scale, style_factor(self.settings, number))
            for style, number in zip(self.styles, self.numbers, strict=True)
        ]


class _Styles(Sequence[Array]):
    """Styles of some sizes, each made anew when it is asked for."""

    def __init__(self, held: Sequence[tuple[NDArray[Any], tuple[int, int]]]) -> None:
        self._held = held

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, index: int) -> Array: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Array]: ...

    def __getitem__(self, index: int | slice) -> Array | Sequence[Array]:
        """The style of a number, (1, 3, h, w)."""
        if isinstance(index, slice):
            return _Styles(self._held[index])
        style, size = self._held[index]
        return tensor_at(style, *size)


_READ_BY = {"size", "fit", "color", "style_scale", "depth"}


def read_scene(
    content: Source,
    style: Source | Iterable[Source],
    settings: Settings | None = None,
    *,
    inputs: Inputs | None = None,
    **controls: Unpack[Controls],
) -> Scene:
    """Read and check everything a run looks at, and reduce it to the size that is painted.

    Args:
        content: the picture whose things stay recognisable.
        style: the picture, or pictures, whose manner is taken; several are blended, evenly or by
            the settings' ``blend``.
        settings: how; by default ``Settings()``.
        inputs: where these pictures and masks come from, if they do not tell themselves.
        controls: as :class:`Controls` has them.

    Raises:
        ImageError: when a picture or a mask cannot be read or does not fit.
        SettingsError: when no style was given, or another number of blend weights than styles.
    """
    settings, style = settings or Settings(), several(style)
    picture, alpha = read_content(content, settings)
    height, width = scaled_size(picture.shape[0], picture.shape[1], settings.size)
    given, alphas = zip(*read_styles(style, settings, Scale(height, width, 0)), strict=True)
    steering = replace(_steering(picture, given, alphas, controls), alpha=alpha)
    styles, steering = _fitted(given, steering, width / height, settings)
    styles, steering, numbers = recolored(picture, styles, steering, settings.color)
    if controls.get("start") is None and settings.init not in ("content", "noise"):
        controls["start"] = settings.init
    begin = None
    if (start := controls.get("start")) is not None:
        begin, longest = read_start(start, height, width)
        settings = from_scale(settings, longest)
    return Scene(
        settings=settings,
        height=height,
        width=width,
        content=as_held(grey(picture), picture) if settings.color == "luminance" else picture,
        styles=tuple(as_held(one, picture) for one in styles),
        alphas=tuple(_alpha_as(alphas[i], settings, width / height) for i in numbers),
        start=begin,
        steering=replace(steering, blend=_blend(settings, numbers)),
        numbers=tuple(numbers),
        given=len(given),
        finish=Finish(picture, settings.color, steering.keep, alpha, settings.depth),
        inputs=inputs or inputs_of(content, style, **controls),
    )


def _fitted(
    styles: Sequence[Array], steering: Steering, aspect: float, settings: Settings
) -> tuple[Sequence[Array], Steering]:
    """Styles and their masks cut to the content's shape, where the settings say so."""
    if settings.fit == "keep":
        return styles, steering
    cropped = tuple(_cropped(area, aspect) for area in steering.areas)
    return [crop_to_aspect(one, aspect) for one in styles], replace(steering, areas=cropped)


def _alpha_as(alpha: Array | None, settings: Settings, aspect: float) -> Array | None:
    return alpha if alpha is None or settings.fit == "keep" else crop_to_aspect(alpha, aspect)


def _steering(
    content: Array,
    styles: Sequence[Array],
    alphas: Sequence[Array | None],
    controls: Controls,
) -> Steering:
    size = (content.shape[0], content.shape[1])
    sizes = [(one.shape[0], one.shape[1]) for one in styles]
    found = where_shown(areas(controls.get("regions", ()), size, sizes), size, sizes, alphas)
    keep, content_map = controls.get("keep"), controls.get("content_map")
    kept = None if keep is None else fit_mask(keep, size, _name(keep, "what is kept"))
    if kept is not None and kept.min() > 0.98:
        raise ImageError("the mask of what is kept is all white; leave something to paint")
    weighted = None
    if content_map is not None:
        weighted = fit_mask(content_map, size, _name(content_map, "the content's weight"))
    return Steering(found, weighted, kept)


def _name(mask: Mask, otherwise: str) -> str:
    return str(mask) if isinstance(mask, str | PathLike) else otherwise


def _blend(settings: Settings, numbers: Sequence[int]) -> tuple[float, ...]:
    return tuple(settings.blend[i] for i in numbers) if settings.blend else ()


def _cropped(area: Area, aspect: float) -> Area:
    styles = {i: crop_to_aspect(mask, aspect) for i, mask in area.styles.items()}
    for index, mask in styles.items():
        if not mask.max() > 0.02:
            raise ImageError(
                f"{area.name} in style {index + 1} lies in what fit=crop cuts off; take fit=keep"
            )
    return replace(area, styles=styles)
