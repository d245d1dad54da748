"""All that a network has learnt, in one vector: how it is divided, and how it begins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .layers import layers_of, parameters_of
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
    """What training begins with: kernels by He et al. 2015, gains of 1, shifts of 0.

    The last kernel begins small, so that the first pictures are grey rather than noise.
    """
    rng = np.random.default_rng(seed)
    parts: list[NDArray[np.floating]] = []
    for layer in layers_of(shape):
        for name, sizes in layer.parameters.items():
            if name.endswith(".kernel"):
                fan_in = math.prod(sizes[1:])
                parts.append(rng.normal(scale=math.sqrt(2 / fan_in), size=sizes))
            else:
                parts.append(np.full(sizes, float(name.endswith(".gain"))))
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)
