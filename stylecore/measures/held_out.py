"""Which layers measure what a run has made: those that it does not optimise."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import SettingsError
from ..settings import LAYERS, Settings, block_of

STYLE_BLOCKS = (1, 2, 3)
"""One layer of each tells how much of the manner a picture has."""

CONTENT_BLOCKS = (3, 4)
"""And these how much of the form: they see parts of things."""


def held_out(settings: Settings) -> tuple[str, ...]:
    """The first layer of blocks 1 to 4 that a run with these settings leaves out.

    Raises:
        SettingsError: where it leaves none out of one of them.
    """
    used = {*settings.style_layers, *settings.all_content_layers}
    return tuple(_first_of(block, used) for block in sorted({*STYLE_BLOCKS, *CONTENT_BLOCKS}))


def _first_of(block: int, used: Iterable[str]) -> str:
    for layer in LAYERS:
        if block_of(layer) == block and layer not in used:
            return layer
    raise SettingsError(
        f"all layers of block {block} are used, and none is left to judge by; leave one out"
    )


def settings_to_measure(layers: Iterable[str]) -> Settings:
    """The settings of the network that shows these layers."""
    first, *others = layers
    return Settings(
        content_layers=dict.fromkeys((first, *others), 1.0),
        style_layers={first: 1.0},  # a network has at least one
        style_loss="gram",
        composition="style",
    )
