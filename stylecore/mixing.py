"""Mixing of scales: the fine strokes of one style on the coarse form of another."""

from __future__ import annotations

from dataclasses import replace

from .checkpoints.checkpoint import Checkpoint
from .errors import SettingsError
from .painter import Model
from .pictures.sources import Source
from .record import OnStep
from .results import Result
from .settings import Settings, block_of
from .transfer import stylize

FINE_BLOCKS = 2
"""Layers of the first blocks hold strokes: they see 10 pixels and less."""

_STEPS_SHARE = 1 / 3


def mix_scales(
    coarse: Source,
    fine: Source,
    *,
    model: Model = None,
    settings: Settings | None = None,
    on_step: OnStep | None = None,
    checkpoint: Checkpoint | None = None,
) -> Result:
    """A style with the fine strokes of one picture and the coarse form of another.

    The way of Gatys et al. 2017, §6: the strokes are transferred onto the coarse style itself, by
    the Grams of the shallow layers alone, starting from it and with no content term. The result is
    then used as a style like any other. Taking shallow layers from one style and deep ones from
    the other in one run does worse: the deep ones bring their own strokes along.

    Args:
        coarse: the style whose form stays.
        fine: the style whose strokes it gets.
        model: as in :func:`stylize`.
        settings: of the run that the style is for; a third of its steps go into this.
        on_step: as in :func:`stylize`.
        checkpoint: as in :func:`stylize`.

    Raises:
        SettingsError: when no style layer is shallow.
        StylecoreError: as :func:`stylize`.
    """
    return stylize(
        coarse,
        fine,
        model=model,
        settings=_shallow(settings or Settings()),
        on_step=on_step,
        checkpoint=checkpoint,
    )


def _shallow(settings: Settings) -> Settings:
    """One scale, from the coarse style, towards the Grams of the shallow layers alone."""
    layers = {
        layer: weight if block_of(layer) <= FINE_BLOCKS else 0.0
        for layer, weight in settings.style_layers.items()
    }
    if not any(layers.values()):
        raise SettingsError(
            f"no style layer of {','.join(layers)} holds fine strokes; give one of relu1_1 to"
            f" relu{FINE_BLOCKS}_2"
        )
    return replace(
        settings,
        steps=max(1, round(settings.steps * _STEPS_SHARE)),
        style_weight=settings.style_weight or 1.0,
        strength=None,
        content_weight=0.0,
        style_layers=layers,
        coarsest=settings.size,
        init="content",
        blend=(),
        style_scale=(),
        color="style",
        depth=8,
    )
