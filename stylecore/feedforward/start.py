"""A picture that a network has painted, as what an optimisation starts from."""

from __future__ import annotations

from ..pictures.sources import Source
from ..pictures.tensors import Picture
from ..settings import SMALLEST_SIDE, Settings
from .network import Network
from .runner import Runner
from .styler import Styler


def start_from(network: Network | Runner, content: Source, settings: Settings) -> Picture:
    """What a network makes of a content, at the size of the first scale.

    That is the settings' ``coarsest``, or half of the final size: the network has found large forms
    and colours already, which coarser scales are there for, and what is finer is found better from
    the style than by enlarging strokes.

    Args:
        network: the network.
        content: the picture.
        settings: of the run that takes this as its ``start``.

    Returns:
        (H, W, 3) uint8.

    Raises:
        ImageError: for a picture that cannot be read.
        EngineError: when ONNX Runtime fails.
    """
    longest = settings.coarsest or max(SMALLEST_SIDE, settings.size // 2)
    return Styler(network).picture(content, min(longest, settings.size))[..., :3]
