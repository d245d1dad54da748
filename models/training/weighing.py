"""A strength as the weights of a training: those that it comes to with some of the photographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import geometric_mean

from ...engine.artefact import Artefact
from ...painter import Painter
from ...pictures.tensors import Picture
from ...scene import read_scene
from ...settings import Settings

FEW = 4
"""Photographs that are looked at: what one weight leaves of them differs less than what weights
do."""


def weighed(
    settings: Settings, photographs: Sequence[Picture], styles: Sequence[Path], artefact: Artefact
) -> Settings:
    """The settings with weights in place of their strength, if they have one.

    A network is trained with one content weight for all photographs: the geometric mean of those
    that :func:`stylecore.strength.pilots.calibrate` finds for some of them.

    Args:
        settings: of the training.
        photographs: one or more, (H, W, 3), 0–255.
        styles: files of the styles.
        artefact: that judges.

    Raises:
        StylecoreError: when a style cannot be read, or there is nothing to measure by.
    """
    if settings.strength is None:
        return settings
    with Painter(artefact, settings) as painter:
        found = [
            painter.calibrated(read_scene(one, styles, settings)).settings for one in photographs
        ]
    content = geometric_mean(one.content_weight for one in found)
    return replace(
        settings, strength=None, content_weight=content, style_weight=found[0].style_weight
    )
