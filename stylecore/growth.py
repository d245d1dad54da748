"""What a scale starts from: a picture, noise, or the last scale's picture with detail added."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .control.regions import Area
from .detail.contours import contours_at
from .detail.example import Examples
from .detail.library import Example
from .detail.mixture import detail, own_share_at
from .optimizers.box import into_box
from .pictures.images import resize, resize_mask
from .pictures.tensors import Array, to_floats, to_tensor
from .pyramid import Scale
from .scene import Scene, Study


def first(scene: Scene, scale: Scale) -> Array:
    """What the coarsest scale starts from, (1, 3, H, W)."""
    if scene.start is not None:
        return to_tensor(resize(scene.start, scale.width, scale.height))
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
    return np.clip(resize(to_floats(x), scale.width, scale.height), 0, 255)


def grown(x: Array, scene: Scene, study: Study) -> Array:
    """The last scale's picture (1, 3, h, w) at the size of a study, with detail added.

    A picture that was only enlarged is blurred, and sharpening it is what the first dozen steps
    would be spent on. The settings say whose detail is added.
    """
    height, width = study.content.shape[2:]
    scale, coarse = Scale(height, width, 0), Scale(x.shape[2], x.shape[3], 0)
    how = scene.settings.detail
    if (height, width) == (coarse.height, coarse.width) or how == "none":
        return resized(x, scale)
    # A large picture is not held in both its forms: channels last is the one of what is added.
    enlarged = _enlarged(x, scale)
    own = to_floats(study.content)
    own -= _enlarged(scene.content_at(coarse), scale)
    if not scene.settings.content_weight:
        own[...] = 0
    if how == "content":
        return into_box(to_tensor(enlarged + own))
    added = detail(
        enlarged,
        own,
        contours_at(scene.content, height, width),
        examples(scene, study),
        (height * width / coarse.pixels) ** 0.5,
        own_share_at(height, width),
    )
    added += enlarged
    return into_box(to_tensor(added))


def examples(scene: Scene, study: Study) -> Examples:
    """Where each region of a scene takes its detail from, at the size of a study."""
    styles = [to_floats(style) for style in study.styles]
    shares = scene.steering.blend or (1.0,) * len(styles)
    if not scene.steering.areas:
        pairs = zip(styles, shares, strict=True)
        return [(None, _counted(Example(style, None, share) for style, share in pairs))]
    return [_of_area(area, styles, shares, study) for area in scene.steering.areas]


def _of_area(
    area: Area, styles: list[Array], shares: tuple[float, ...], study: Study
) -> tuple[Array, list[Example]]:
    found = (
        Example(styles[i], resize_mask(mask, *styles[i].shape[:2]), shares[i])
        for i, mask in area.styles.items()
    )
    return resize_mask(area.content, *study.content.shape[2:]), _counted(found)


def _counted(found: Iterable[Example]) -> list[Example]:
    return [example for example in found if example.share]
