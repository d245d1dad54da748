"""Things: whether a picture has a style's things, and not its texture alone.

Deep features of the style are looked for in the picture, by the cosine of what they have beyond
their mean, as nearest neighbours are matched (Kolkin et al. 2022, Neural Neighbor Style Transfer).
How well a texture explains them is what the style itself, cut into blocks and shuffled, has of
them: no thing that is larger than a block is left there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..pictures.tensors import Picture
from .gaussian import Floats

BLOCKS = 4
"""Along the longer side of a style that is shuffled."""

_DRAWS = 3
"""Shufflings, whose mean counts: one is chance."""


def shuffled(style: Picture) -> list[Picture]:
    """The texture of a style without its things: its blocks, mirrored or not, in other places.

    Args:
        style: (H, W, 3). What is left over beside whole blocks is cut off.

    Returns:
        Some of them, each of one size, the same at every call.
    """
    side = max(1, min(max(style.shape[:2]) // BLOCKS, *style.shape[:2]))
    rows, columns = (length // side for length in style.shape[:2])
    blocks = [
        style[side * row : side * (row + 1), side * column : side * (column + 1)]
        for row in range(rows)
        for column in range(columns)
    ]
    rng = np.random.default_rng(0)
    return [_laid(blocks, columns, rng) for _ in range(_DRAWS)]


def _laid(blocks: Sequence[Picture], columns: int, rng: np.random.Generator) -> Picture:
    drawn = [blocks[int(i)] for i in rng.permutation(len(blocks))]
    turned = [block[:, ::-1] if rng.random() < 0.5 else block for block in drawn]
    rows = [np.hstack(turned[i : i + columns]) for i in range(0, len(turned), columns)]
    return np.ascontiguousarray(np.vstack(rows))


def things(style: Floats, picture: Floats, textures: Sequence[Floats]) -> float:
    """How much better a picture explains a style's deep features than its texture does.

    The mean over the style's positions of the greatest cosine in the picture, less that in the
    textures; −2 to 2. Above 0 the style's things are there, below 0 they are not.

    Args:
        style: features (C, …) at a deep layer.
        picture: the same of the picture.
        textures: the same of the style, :func:`shuffled`.
    """
    mean = style.reshape(len(style), -1).mean(1, keepdims=True)
    wanted = _directions(style, mean)
    by_texture = np.mean([_likeness(wanted, _directions(one, mean)) for one in textures])
    return float(_likeness(wanted, _directions(picture, mean)) - by_texture)


def _directions(features: Floats, mean: Floats) -> Floats:
    """Columns of norm 1."""
    beyond = features.reshape(len(features), -1) - mean
    return beyond / np.maximum(np.linalg.norm(beyond, axis=0), 1e-9)


def _likeness(wanted: Floats, found: Floats) -> float:
    return float((wanted.T @ found).max(1).mean())
