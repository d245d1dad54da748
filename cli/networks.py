"""Networks that paint in one pass, as commands are given them: opened, with what is to be said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..errors import SettingsError
from ..files import is_there
from ..settings import Settings
from .errors import complain
from .standard import given

if TYPE_CHECKING:
    from ..engine.table import Engine
    from ..feedforward.network import Network
    from ..pictures.tensors import Picture

LevelsName = Literal["auto", "byte", "unit", "signed"]


def opened(
    path: Path,
    engine: Engine,
    levels: LevelsName = "auto",
    say: Callable[[str], object] = complain,
) -> Network:
    """Open a network, and say what was assumed of it.

    Raises:
        StylecoreError: for a file that is no such network.
    """
    from ..feedforward.opening import open_network

    network = open_network(path, engine, levels)
    for note in network.notes:
        say(note)
    return network


def painted_by(path: Path, content: Path, settings: Settings, *, quiet: bool) -> Picture:
    """What a network makes of a content, to start from.

    Raises:
        StylecoreError: for a file that is no such network, or a content that cannot be read.
    """
    from ..engine.engines import choose_engine
    from ..feedforward.start import start_from

    engine = choose_engine(settings.engine, settings.threads)
    network = opened(path, engine, say=(lambda _: None) if quiet else complain)
    return start_from(network, content, settings)


def region_of(text: str) -> tuple[Path, Path]:
    """Mask and network of ``MASK=NETWORK``, read where both are there: names may have = in them.

    Raises:
        SettingsError: for what cannot be read.
    """
    readings = [(text[: at.start()], text[at.end() :]) for at in re.finditer("=", text)]
    readings = [(mask, network) for mask, network in readings if mask and network]
    if not readings:
        raise SettingsError(f"--region {text!r}; write MASK=NETWORK, two files")
    mask, network = max(readings, key=lambda pair: is_there(pair[0]) + is_there(pair[1]))
    return given(Path(mask)), Path(network)
