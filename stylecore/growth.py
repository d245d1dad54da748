"""What a scale starts from: a picture, noise, or the last scale's picture with detail added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .control.regions import Area
from .detail.contours import contours_at
from .detail.example import Examples
from .detail.library import Example
from .detail.mixture import detail, own_share_at
from .detail.windows import Window, windows
from .optimizers.box import HIGHEST, LOWEST
from .pictures.images import resize, resize_mask, tensor_at
from .pictures.tensors import Array, to_floats, to_tensor
from .pyramid import Scale
from .scene import Scene
from .underway import Way


def first(scene: Scene, scale: Scale) -> Array:
    """What the coarsest scale starts from, (1, 3, H, W)."""
    if scene.start is not None:
        return tensor_at(scene.start, scale.height, scale.width)
    if scene.settings.init == "noise":
        rng = np.random.default_rng(scene.settings.seed)
        noise = rng.normal(127.5, 32.0, (1, 3, scale.height, scale.width))
        return np.clip(noise, 0, 255).astype(np.float32)
    return scene.content_at(scale)


def resized(x: Array, scale: Scale) -> Array:
    """A picture (1, 3, h, w) at another size, within 0–255."""
    if x.shape[2:] == (scale.height, scale.width):
        return x
    return to_tensor(_enlarged(x, scale))


def _enlarged(x: Array, scale: Scale) -> Array:
    """The same with channels last, (H, W, 3)."""
    found = resize(to_floats(x), scale.width, scale.height)
    return np.clip(found, 0, 255, out=found)


def grown(x: Array, scene: Scene, scale: Scale, way: Way | None = None) -> Array:
    """The last scale's picture (1, 3, h, w) at a scale of the scene, with detail added.

    A picture that was only enlarged is blurred, and sharpening it is what the first dozen steps
    would be spent on. The settings say whose detail is added. At most four pictures of the scale
    lie in memory at a time, and what a strip of it is searched with.

    Args:
        x: the last scale's picture.
        scene: what is painted.
        scale: the one that begins.
        way: told of the strips.
    """
    coarse = Scale(x.shape[2], x.shape[3], 0)
    how = scene.settings.detail
    if (scale.height, scale.width) == (coarse.height, coarse.width) or how == "none":
        return resized(x, scale)
    structure = None if how == "content" else contours_at(scene.content, scale.height, scale.width)
    own = _own_detail(scene, coarse, scale)
    enlarged = _enlarged(x, scale)
    if structure is None:
        enlarged += own
        return to_tensor(np.clip(enlarged, LOWEST, HIGHEST, out=enlarged))
    found = np.empty((1, 3, scale.height, scale.width), np.float32)
    growth = (scale.pixels / coarse.pixels) ** 0.5
    own_share = own_share_at(scale.height, scale.width)
    given = (enlarged, own, structure, examples(scene, scale), growth, own_share)
    for rows, added in detail(*given, way or Way()):
        added += enlarged[rows]
        found[0, :, rows] = np.clip(added, LOWEST, HIGHEST, out=added).transpose(2, 0, 1)
    return found


def _own_detail(scene: Scene, coarse: Scale, scale: Scale) -> Array:
    """What the content has at a scale and lacks at the one before, (H, W, 3)."""
    if not scene.settings.content_weight:
        return np.zeros((scale.height, scale.width, 3), np.float32)
    own = to_floats(scene.content_at(scale))
    own -= _enlarged(scene.content_at(coarse), scale)
    return own


def examples(scene: Scene, scale: Scale) -> Examples:
    """Where each region of a scene takes its detail from, at a scale."""
    shares = scene.steering.blend or (1.0,) * len(scene.styles)
    if not scene.steering.areas:
        masks: dict[int, Array | None] = dict.fromkeys(range(len(scene.styles)))
        return [(None, _examples(scene, scale, masks, shares))]
    return [_of_area(area, scene, scale, shares) for area in scene.steering.areas]


def _of_area(
    area: Area, scene: Scene, scale: Scale, shares: Sequence[float]
) -> tuple[Array, list[Example]]:
    found = _examples(scene, scale, area.styles, shares)
    return resize_mask(area.content, scale.height, scale.width), found


def _examples(
    scene: Scene, scale: Scale, masks: Mapping[int, Array | None], shares: Sequence[float]
) -> list[Example]:
    """Those of the styles that count, each with where it may be taken from, or None."""
    found: list[Example] = []
    counted = [index for index in masks if shares[index]]
    for index in counted:
        style, mask = scene.style_at(index, scale), masks[index]
        size = style.shape[0], style.shape[1]
        there = None if mask is None else resize_mask(mask, *size)
        for window in _shown(windows(*size, len(counted)), there):
            part = np.ascontiguousarray(style[window], np.float32)
            seen = None if there is None else there[window]
            found.append(Example(part, seen, shares[index]))
    return found


def _shown(looked_at: list[Window], mask: Array | None) -> list[Window]:
    """The windows in which a mask shows something, or all where it hardly shows anywhere."""
    if mask is None:
        return looked_at
    return [one for one in looked_at if mask[one].max() >= _SHOWS] or looked_at


_SHOWS = 0.5
