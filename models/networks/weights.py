"""All that a network has learnt, in one vector: how it is divided, and how it begins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .layers import parameters_of
from .sizes import Shape

Vector = NDArray[np.float32]


def divided(vector: NDArray[np.floating], shape: Shape) -> dict[str, NDArray[np.floating]]:
    """The parameters in a vector, by name; they share its memory."""
    found: dict[str, NDArray[np.floating]] = {}
    start = 0
    for name, sizes in parameters_of(shape).items():
        end = start + math.prod(sizes)
        found[name] = vector[start:end].reshape(sizes)
        start = end
    return found


def first_weights(shape: Shape, seed: int) -> Vector:
    """What training begins with: even chance for kernels, gains of 1, shifts of 0.

    Kernels lie within ±1/√n for n numbers that each output is a sum of. Instance norm makes up for
    any scale, but steps of a given length turn small kernels faster than large ones: those of
    He et al. 2015 are 2.4 times as large, and learn as much slower.
    """
    rng = np.random.default_rng(seed)
    parts: list[NDArray[np.floating]] = []
    for name, sizes in parameters_of(shape).items():
        if name.endswith(".kernel"):
            most = 1 / math.sqrt(math.prod(sizes[1:]))
            parts.append(rng.uniform(-most, most, sizes))
        else:
            parts.append(np.full(sizes, float(name.endswith(".gain"))))
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)
