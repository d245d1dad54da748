"""The patches of a region's styles, and the search for those that are near."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array
from .patches import DIMENSIONS, REACH, STEP, grid, patches_at, principal, projected

_SAMPLED = 5
"""Every fifth of the styles' patches counts for the principal components."""

IN_A_TREE = 1 << 20
"""Patches of a tree at most: it holds them in double precision, in 100 MB. Styles of 2048 by 2048
pixels have so many together, and of larger ones no more are looked at."""

_AT_ONCE = 1 << 18
"""Patches that are sought at a time: 25 MB in double precision."""

_SLACK = 1.0
"""ε of the tree: a patch may be up to 1 + ε times as far as the nearest."""

_KAPPA = 1.0
"""κ: how much more the squared distance may be for the sake of coherence, of the nearest's."""

_SWEEPS = 2
"""How often neighbours look at each other."""


@dataclass(frozen=True)
class Example:
    """A style to take detail from, at the scale that begins.

    Attributes:
        style: (h, w, 3).
        mask: (h, w), where it may be taken from, or None for everywhere.
        share: how much it counts beside the others, above 0.
    """

    style: Array
    mask: Array | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Library:
    """The patches of all styles of a region in one list of N.

    Each style's are a grid, row by row, with a border of empty places around it: the patch to the
    right is the next one, the one below is ``across`` further.

    Attributes:
        features: (N, 12), in principal components; infinite where the place is empty.
        style: (N,), the number of the style.
        rows: (N,), of the patch's centre in its style.
        columns: (N,).
        across: (N,), how many places a row of that style's grid has.
        share: (N,), of the style.
        space: mean and principal components.
    """

    features: Array
    style: NDArray[np.intp]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    across: NDArray[np.intp]
    share: Array
    space: tuple[Array, Array]


def library_of(styles: Sequence[Example], blurred: Sequence[Array]) -> Library:
    """The patches of styles, each seen in its blurred form (h, w, 3)."""
    grids = [candidates(one) for one in styles]
    sample = [
        patches_at(low, (rows[there][::_SAMPLED], columns[there][::_SAMPLED]))
        for low, (rows, columns, there) in zip(blurred, grids, strict=True)
    ]
    space = principal(np.concatenate(sample))
    features: list[Array] = []
    for low, (rows, columns, there) in zip(blurred, grids, strict=True):
        found = np.full((*rows.shape, DIMENSIONS), np.inf, np.float32)
        found[there] = projected(low, (rows[there], columns[there]), space)
        features.append(found.reshape(-1, DIMENSIONS))
    lengths = [len(one) for one in features]
    return Library(
        np.concatenate(features),
        np.repeat(np.arange(len(styles)), lengths),
        np.concatenate([rows.ravel() for rows, _, _ in grids]),
        np.concatenate([columns.ravel() for _, columns, _ in grids]),
        np.repeat([rows.shape[1] for rows, _, _ in grids], lengths),
        np.repeat(np.array([one.share for one in styles], np.float32), lengths),
        space,
    )


def candidates(
    example: Example,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """A grid over a style with its border, (r, c): rows, columns, and where a patch is usable."""
    height, width = example.style.shape[:2]
    # The border lies one step outside of the first and last patches that fit.
    first, below, right = REACH - STEP, height - REACH + STEP, width - REACH + STEP
    rows, columns = grid(first, below, first, right)
    inside = (rows >= REACH) & (rows < height - REACH)
    inside &= (columns >= REACH) & (columns < width - REACH)
    if example.mask is not None:
        there = example.mask[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
        inside &= there >= min(0.5, float(there[inside].max()))
    return rows, columns, inside


def load_early() -> None:
    """Load what the search needs, which takes a quarter of a second, while something else runs."""
    threading.Thread(target=import_module, args=("scipy.spatial",), daemon=True).start()


def nearest(library: Library, sought: Array) -> tuple[NDArray[np.intp], Array]:
    """For each patch sought (n, 12) the number of one that is near, and its cost, each (n,).

    Of several styles it is from the one with the least squared distance over share: alike they
    compete evenly, and one with a ninth of another's share must be three times as near. Those of
    the same share are sought as one.
    """
    numbers = np.zeros(len(sought), np.intp)
    costs = np.full(len(sought), np.inf, np.float32)
    for share in np.unique(library.share):
        usable = np.flatnonzero((library.share == share) & np.isfinite(library.features[:, 0]))
        for start in range(0, len(usable), IN_A_TREE):
            _look_among(library, usable[start : start + IN_A_TREE], sought, numbers, costs)
    return numbers, costs


def _look_among(
    library: Library,
    usable: NDArray[np.intp],
    sought: Array,
    numbers: NDArray[np.intp],
    costs: Array,
) -> None:
    """Let what is nearer among some patches take the place of what was found before."""
    from scipy import spatial

    trees: Any = spatial
    tree = trees.cKDTree(library.features[usable], balanced_tree=False)
    for start in range(0, len(sought), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        # As many threads as OpenCV may have here: several processes may share the cores.
        _, found = tree.query(sought[some], eps=_SLACK, workers=cv2.getNumThreads())
        cost = _cost(library, usable[found], sought[some])
        nearer = cost < costs[some]
        numbers[some][nearer], costs[some][nearer] = usable[found][nearer], cost[nearer]


def _cost(library: Library, numbers: NDArray[np.intp], sought: Array) -> Array:
    """Squared distance over share, (n,)."""
    away = library.features[numbers] - sought
    return np.asarray(np.einsum("ij,ij->i", away, away) / library.share[numbers], np.float32)


def coherent(
    library: Library,
    sought: Array,
    wanted: NDArray[np.bool_],
    numbers: NDArray[np.intp],
    costs: Array,
) -> NDArray[np.intp]:
    """Let neighbours take what lies side by side in the style, where that is not much worse.

    A patch looks at what continues each of its four neighbours' finds, and takes the best of it at
    up to 1 + κ times the cost of the nearest (as Ashikhmin 2001 and Hertzmann et al. 2001 do).
    Patches that each go their own way average to mush, and show the grid that they lie on.

    Args:
        library: of the region.
        sought: (n, 12).
        wanted: (r, c), the n places of the grid that are sought.
        numbers: (n,), as found.
        costs: (n,), theirs.

    Returns:
        Numbers (r, c); 0, which is an empty place, where nothing is sought.
    """
    rows, columns = wanted.shape
    laid = np.zeros((rows + 2, columns + 2), np.intp)
    laid[1:-1, 1:-1][wanted] = numbers
    place = np.full(wanted.shape, -1)
    place[wanted] = np.arange(len(numbers))
    for _ in range(_SWEEPS):
        for top, left in ((0, 0), (1, 1), (0, 1), (1, 0)):
            y, x = np.nonzero(wanted[top::2, left::2])
            y, x = 2 * y + top, 2 * x + left
            here = place[y, x]
            best, least = laid[y + 1, x + 1], (1 + _KAPPA) * costs[here]
            for dy, dx in ((0, -1), (-1, 0), (0, 1), (1, 0)):
                beside = laid[y + 1 + dy, x + 1 + dx]
                found = np.where(beside > 0, beside - dy * library.across[beside] - dx, 0)
                cost = _cost(library, found, sought[here])
                taken = cost <= least
                best, least = np.where(taken, found, best), np.where(taken, cost, least)
            laid[y + 1, x + 1] = best
    return laid[1:-1, 1:-1]
