"""The pairs that L-BFGS remembers, in full or in half precision.

Ten pairs are as large as twenty pictures. In float16, each array in a unit of its own, they are
half of that; a change of the picture and of the gradient is then known to three digits, which the
approximation of a Hessian that they make does not need to be better by.
"""

from __future__ import annotations

import math
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


def halved(array: Array) -> Half:
    """An array in half precision, in the unit that gives most digits."""
    exponent = math.frexp(float(np.abs(array).max()))[1] - _GREATEST
    return Half(np.ldexp(array, -exponent).astype(np.float16), exponent)


_GREATEST = 15
"""2^15 is a number in half precision."""


def full(kept: Kept) -> Array:
    """What is kept, in float32."""
    if isinstance(kept, Half):
        return np.ldexp(kept.values.astype(np.float32), kept.exponent)
    return kept
