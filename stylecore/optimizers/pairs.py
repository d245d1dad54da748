"""The pairs that L-BFGS remembers, in full or in half precision.

Ten pairs are as large as twenty pictures. In float16, each array in a unit of its own, they are
half of that; a change of the picture and of the gradient is then known to three digits, which the
approximation of a Hessian that they make does not need to be better by.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..pictures.tensors import Array
from ..settings import default_of


@dataclass(frozen=True)
class Memory:
    """How much L-BFGS remembers.

    Attributes:
        pairs: of a change of x and of the gradient, at most.
        half: whether in half precision, where the optimiser can.
    """

    pairs: int = default_of("history_size")
    half: bool = False


class Half(NamedTuple):
    """An array in half precision.

    Attributes:
        values: in units of 2^exponent.
        exponent: of the unit.
    """

    values: NDArray[np.float16]
    exponent: int


Kept: TypeAlias = Array | Half


class Pair(NamedTuple):
    """What the approximation of the Hessian is made of.

    Attributes:
        s: a change of x.
        y: the change of the gradient that came with it.
        rho: 1/sᵀy.
    """

    s: Kept
    y: Kept
    rho: float


def keep(array: Array, *, half: bool) -> Kept:
    """An array as it is remembered: in half precision where that is wanted and can be."""
    return halved(array) if half and np.isfinite(array).all() else array


def halved(array: Array) -> Half:
    """An array in half precision, in the unit that gives most digits."""
    exponent = math.frexp(max(float(array.max()), -float(array.min())))[1] - _GREATEST
    values = np.empty(array.shape, np.float16)
    flat = values.reshape(-1)
    for number, part in enumerate(_parts(array)):
        flat[number * _PART : (number + 1) * _PART] = np.ldexp(part, -exponent)
    return Half(values, exponent)


_GREATEST = 15
"""2^15 is a number in half precision."""


def full(kept: Kept) -> Array:
    """What is kept, in float32."""
    if isinstance(kept, Half):
        return np.ldexp(kept.values.astype(np.float32), kept.exponent)
    return kept


def product(one: Kept, other: Kept) -> float:
    """The sum of products of two arrays; those in half precision are made full part by part."""
    if not isinstance(one, Half) and not isinstance(other, Half):
        return dot(one, other)
    return sum(dot(a, b) for a, b in zip(_parts(one), _parts(other), strict=True))


def add(total: Array, factor: float, other: Kept) -> None:
    """Add so many times another array, in place and part by part."""
    scale = np.float32(factor)
    for mine, its in zip(_parts(total), _parts(other), strict=True):
        mine += scale * its


def dot(a: Array, b: Array) -> float:
    """The sum of products, in float64 where float32 cannot hold it."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = float(np.vdot(a, b))
    if _LEAST < abs(found) < np.inf:
        return found
    # What float32 cannot hold, or nothing.
    parts = zip(_parts(a), _parts(b), strict=True)
    return sum(float(np.vdot(*(one.astype(np.float64) for one in pair))) for pair in parts)


_LEAST = 1e-30
"""Of a sum of products: below, float32 loses digits."""

_PART = 1 << 20
"""Numbers that are made full at a time."""


def _parts(kept: Kept) -> Iterator[Array]:
    """What is kept in float32, a part at a time; of an array in full, views of it."""
    whole = kept.values if isinstance(kept, Half) else kept
    for start in range(0, whole.size, _PART):
        some = slice(start, start + _PART)
        if isinstance(kept, Half):
            yield full(Half(kept.values.reshape(-1)[some], kept.exponent))
        else:
            yield kept.reshape(-1)[some]
