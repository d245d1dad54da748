"""How much memory painting takes, before it is taken: an estimate for a scale, in bytes.

The numbers were fitted to real runs of the default network on the CPU, from 256 to 2048 pixels.
"""

from __future__ import annotations

import math

from ..pictures.sizes import LARGE
from ..settings import Optimizer

OPENED = 480e6
"""Bytes of a process that has opened a network: libraries, weights, and kernels made of these."""

_TILED, _SHALLOW_TILED = 170e6, 20e6
"""Further ones of a process that has opened the graphs for tiles: of all layers, or shallow."""

_MARGIN = 16
"""Pixels that the mirrored margins add to a side."""

_NETWORK, _NETWORK_IN_TILES = 3000.0, 2600.0
"""For each pixel that the network looks at, with its gradient: features and what is around them."""

_TARGETS = 900.0
"""For each pixel of a picture as a whole: what its features are compared with."""

_SHALLOW_NETWORK, _SHALLOW_TARGETS = 2200.0, 450.0
"""The same of a network that ends at the shallow layers, whole or in tiles."""

_MEGAPIXEL, _GROWTH, _DOUBLINGS = float(1 << 20), 0.1, 2.0
"""Beyond the first, the network takes so much more for each pixel with every doubling of these, of
which two were seen: what ONNX Runtime takes at a time is in powers of two."""

_PICTURE = 12.0
"""Bytes for each pixel of a picture in floats."""

_HELD, _HELD_LARGE = 4.0, 1.2
"""Such pictures that a run holds: content and style, in floats or, of large results, in 8 bits."""

_PREPARING, _AIMING = 3.5, 3.0
"""Those that it holds when a scale begins and detail is added, and when its targets are found."""

_IN_STRIPS, _LARGEST_STRIPS = 12.5, 650e6
"""Pictures that the search for detail takes, which looks at strips of a large one, and its bytes at
most: examples, their tree, and one strip."""

_IN_SEARCH: dict[Optimizer, tuple[float, float]] = {
    "projected-lbfgs": (5.0, 6.5),
    "lbfgs": (12.0, 20.0),
    "adam": (9.0, 13.0),
}
"""Those of a search while the network runs, and between its runs, without what is remembered."""

_ONCE = (2.5, 3.5)
"""The same of a single step, which moves nothing."""

_ON_CANVAS = 4.0
"""Those that a canvas takes, where something is kept or only grey is painted."""

_GUIDES = 4 * 4 / 3
"""For each pixel and region: at all layers together."""


def memory_of(
    height: int,
    width: int,
    *,
    tile: tuple[int, int] | None = None,
    regions: int = 1,
    shallow: bool = False,
    optimizer: Optimizer = "projected-lbfgs",
    pairs: int = 10,
    half: bool = False,
    canvas: bool = False,
    beyond: float = 0.0,
) -> float:
    """Bytes that a process holds at most while a picture of a size is painted.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        tile: height and width of the largest tile, with what it reads around what it owns; None
            for a picture that is run as a whole.
        regions: how many there are.
        shallow: whether the network ends at the shallow layers.
        optimizer: which.
        pairs: that L-BFGS remembers.
        half: whether in half precision.
        canvas: whether something is kept, or only grey is painted.
        beyond: bytes that the pictures of a run take beyond a content and a style of this size.
    """
    pixels, seen = float(height * width), tile or (height, width)
    deep = (_NETWORK_IN_TILES, 0.0) if tile else (_NETWORK, _TARGETS)
    not_deep = _SHALLOW_NETWORK, 0.0 if tile else _SHALLOW_TARGETS
    each, beside = not_deep if shallow else deep
    looked_at = float((seen[0] + _MARGIN) * (seen[1] + _MARGIN))
    doublings = min(_DOUBLINGS, math.log2(max(1.0, looked_at / _MEGAPIXEL)))
    network = each * looked_at * (1 + _GROWTH * doublings) + beside * pixels
    picture = _PICTURE * pixels
    held = (_HELD_LARGE if pixels > LARGE else _HELD) + (_ON_CANVAS if canvas else 0.0)
    running, between = _ONCE if not pairs and optimizer != "adam" else _IN_SEARCH[optimizer]
    searching = max(network + picture * running, picture * between)
    searching += picture * _remembered(optimizer, pairs, half)
    preparing = picture * _PREPARING + min(picture * _IN_STRIPS, _LARGEST_STRIPS)
    aiming = picture * _AIMING + network
    opened = OPENED + ((_SHALLOW_TILED if shallow else _TILED) if tile else 0.0)
    guides = _GUIDES * pixels * (regions if regions > 1 or canvas else 0)
    return opened + guides + beyond + picture * held + max(searching, preparing, aiming)


def _remembered(optimizer: Optimizer, pairs: int, half: bool) -> float:
    """Pictures in floats that L-BFGS remembers."""
    if optimizer == "adam":
        return 0.0
    numbers = 2.0 * pairs
    return 2 * numbers if optimizer == "lbfgs" else numbers / 2 if half else numbers
