"""A strip of pictures between two styles, each started from the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .control.regions import Mask, Region
from .errors import SettingsError
from .inputs import Source
from .pictures.tensors import Picture
from .results import Result, Step
from .settings import Settings
from .transfer import stylize

_STEPS_SHARE = 1 / 5
_GAP = 8


def blend_strip(
    content: Source,
    first: Source,
    second: Source,
    *,
    count: int = 5,
    regions: Sequence[Region] = (),
    keep: Mask | None = None,
    content_map: Mask | None = None,
    model: str | Path | None = None,
    settings: Settings | None = None,
    on_step: Callable[[Step], object] | None = None,
    on_picture: Callable[[Result], object] | None = None,
) -> list[Result]:
    """Pictures from one style to another, in equal steps of their Grams' blend.

    The first is a run like any other. Each of the others starts from the last one's result, at
    the final size alone and with a fifth of the steps: so things keep their places along the strip.

    Args:
        content: as in :func:`stylize`.
        first: the style of the first picture.
        second: the style of the last picture.
        count: how many pictures, both ends included.
        regions: as in :func:`stylize`; one that takes from both styles goes from one to the other.
        keep: as in :func:`stylize`.
        content_map: as in :func:`stylize`.
        model: as in :func:`stylize`.
        settings: as in :func:`stylize`, without ``blend``.
        on_step: as in :func:`stylize`.
        on_picture: called with each picture when it is finished.

    Raises:
        SettingsError: for fewer than two pictures, or settings that blend.
        StylecoreError: as :func:`stylize`.
    """
    settings = settings or Settings()
    if count < 2:
        raise SettingsError(f"a strip of {count} was asked for; give at least 2 pictures")
    if settings.blend:
        raise SettingsError(f"blend is {settings.blend}; a strip blends by itself, leave it out")
    results: list[Result] = []
    for share in np.linspace(0, 1, count):
        results.append(
            stylize(
                content,
                [first, second],
                regions=regions,
                keep=keep,
                content_map=content_map,
                start=results[-1].image if results else None,
                model=model,
                settings=replace(
                    _short(settings) if results else settings,
                    blend=(1 - float(share), float(share)),
                ),
                on_step=on_step,
            )
        )
        if on_picture is not None:
            on_picture(results[-1])
    return results


def side_by_side(pictures: Sequence[Picture]) -> Picture:
    """Pictures of one size in a row, with white between them, or nothing if they have alpha."""
    height, _, channels = pictures[0].shape
    gap = np.full((height, _GAP, channels), 255, np.uint8)
    gap[..., 3:] = 0
    parts = [part for picture in pictures for part in (gap, picture)]
    return np.concatenate(parts[1:], axis=1)


def _short(settings: Settings) -> Settings:
    steps = max(1, round(settings.steps * _STEPS_SHARE))
    return replace(settings, steps=steps, coarsest=settings.size)
