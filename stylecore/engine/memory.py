"""How much memory painting takes, before it is taken: an estimate for a scale, in bytes.

The numbers were fitted to real runs of the default network on the CPU, from 256 to 1024 pixels.
"""

from __future__ import annotations

from ..settings import Optimizer

OPENED = 430e6
"""Bytes of a process that has opened a network: libraries, weights, and kernels made of these."""

_TILED = 170e6
"""Further ones of a process that has opened the graphs for tiles."""

_MARGIN = 16
"""Pixels that the mirrored margins add to a side."""

_NETWORK, _NETWORK_IN_TILES = 3000.0, 2600.0
"""For each pixel that the network looks at, with its gradient: features and what is around them."""

_TARGETS = 900.0
"""For each pixel of a picture as a whole: what its features are compared with."""

_SHALLOW_NETWORK, _SHALLOW_TARGETS = 2200.0, 450.0
"""The same of a network that ends at the shallow layers, whole or in tiles."""

_PICTURE = 12.0
"""Bytes for each pixel of a picture in floats."""

_HELD, _PREPARING = 4, 16
"""Such pictures that a run holds, content, style and starts, and that it holds when a scale begins
and examples of detail are looked for."""

_TREE, _LARGEST_TREE = 4, 150e6
"""Pictures that the tree of examples takes, and its bytes at most."""

_IN_SEARCH: dict[Optimizer, tuple[int, int]] = {
    "projected-lbfgs": (4, 8),
    "lbfgs": (12, 20),
    "adam": (9, 13),
}
"""Those of a search while the network runs, and between its runs, without what is remembered."""

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
    """
    pixels, seen = float(height * width), tile or (height, width)
    deep = (_NETWORK_IN_TILES, 0.0) if tile else (_NETWORK, _TARGETS)
    not_deep = _SHALLOW_NETWORK, 0.0 if tile else _SHALLOW_TARGETS
    each, beside = not_deep if shallow else deep
    network = each * (seen[0] + _MARGIN) * (seen[1] + _MARGIN) + beside * pixels
    picture = _PICTURE * pixels
    running, between = (picture * (_HELD + count) for count in _IN_SEARCH[optimizer])
    searching = max(network + running, between) + picture * _remembered(optimizer, pairs, half)
    guides = _GUIDES * pixels * (regions if regions > 1 else 0)
    preparing = picture * _PREPARING + min(picture * _TREE, _LARGEST_TREE)
    opened = OPENED + _TILED if tile else OPENED
    return opened + guides + max(searching, preparing)


def _remembered(optimizer: Optimizer, pairs: int, half: bool) -> float:
    """Pictures in floats that L-BFGS remembers."""
    if optimizer == "adam":
        return 0.0
    numbers = 2.0 * pairs
    return 2 * numbers if optimizer == "lbfgs" else numbers / 2 if half else numbers
