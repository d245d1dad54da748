"""A strip of pictures between two styles, each started from the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Unpack

import numpy as np

from .checkpoints.checkpoint import Checkpoint
from .errors import SettingsError
from .painter import Model, Painter, painter_for
from .pictures.sources import Source
from .pictures.tensors import Levels, eight_bits
from .record import OnStep
from .results import Result
from .scene import Controls, Scene, read_scene
from .settings import Settings
from .strength.pilots import OnPilot
from .underway import OnWay

_STEPS_SHARE = 1 / 5
_GAP = 8


def blend_strip(
    content: Source,
    first: Source,
    second: Source,
    *,
    count: int = 5,
    model: Model = None,
    settings: Settings | None = None,
    on_step: OnStep | None = None,
    on_picture: Callable[[Result], object] | None = None,
    checkpoint: Checkpoint | None = None,
    on_pilot: OnPilot | None = None,
    **controls: Unpack[Controls],
) -> list[Result]:
    """Pictures from one style to another, in equal steps of their Grams' blend.

    The first is a run like any other. Each of the others starts from the last one's result, at
    the final size alone and with a fifth of the steps: so things keep their places along the strip.

    Args:
        content: as in :func:`stylize`.
        first: the style of the first picture.
        second: the style of the last picture.
        count: how many pictures, both ends included.
        model: as in :func:`stylize`.
        settings: as in :func:`stylize`, without ``blend``.
        on_step: as in :func:`stylize`.
        on_picture: called with each picture when it is finished.
        checkpoint: as in :func:`stylize`; it keeps the pictures that are finished as well.
        on_pilot: as in :func:`stylize`; every picture of a strip is calibrated by itself.
        controls: as in :func:`stylize`; a region that takes from both styles goes from one to the
            other, and ``start`` is the first picture's.

    Raises:
        SettingsError: for fewer than two pictures, or settings that blend.
        StylecoreError: as :func:`stylize`.
    """
    settings = settings or Settings()
    check_strip(count, settings)
    scene = read_scene(content, [first, second], settings, **controls)
    painter = painter_for(model, settings)
    return paint_strip(painter, scene, count, on_step, on_picture, checkpoint, on_pilot)


def check_strip(count: int, settings: Settings) -> None:
    """Find out before anything is read whether this can be a strip.

    Raises:
        SettingsError: as :func:`blend_strip`.
    """
    if count < 2:
        raise SettingsError(f"a strip of {count} was asked for; give at least 2 pictures")
    if settings.blend:
        raise SettingsError(f"blend is {settings.blend}; a strip blends by itself, leave it out")


def paint_strip(
    painter: Painter,
    scene: Scene,
    count: int,
    on_step: OnStep | None = None,
    on_picture: Callable[[Result], object] | None = None,
    checkpoint: Checkpoint | None = None,
    on_pilot: OnPilot | None = None,
    on_way: OnWay | None = None,
) -> list[Result]:
    """Paint a strip of a scene with two styles, as :func:`blend_strip` says."""
    short = _short(scene.settings)
    results: list[Result] = []
    for share in np.linspace(0, 1, count):
        start = eight_bits(results[-1].image) if results else None
        scene = scene.again(
            start, blend=(1 - float(share), float(share)), **short if results else {}
        )
        results.append(
            painter.paint(scene, on_step, checkpoint=checkpoint, on_pilot=on_pilot, on_way=on_way)
        )
        if on_picture is not None:
            on_picture(results[-1])
    return results


def strip_width(width: int, count: int) -> int:
    """Pixels across a strip of so many pictures."""
    return count * (width + _GAP) - _GAP


def side_by_side(pictures: Sequence[Levels]) -> Levels:
    """Pictures of one size in a row, with white between them, or nothing if they have alpha."""
    (height, _, channels), kind = pictures[0].shape, pictures[0].dtype
    gap = np.full((height, _GAP, channels), np.iinfo(kind).max, kind)
    gap[..., 3:] = 0
    parts = [part for picture in pictures for part in (gap, picture)]
    return np.concatenate(parts[1:], axis=1)


def _short(settings: Settings) -> dict[str, int]:
    """One scale and few steps."""
    return {
        "steps": max(1, round(settings.steps * _STEPS_SHARE)),
        "coarsest": settings.size,
    }
