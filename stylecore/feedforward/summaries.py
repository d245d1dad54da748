"""What a network says of a whole picture in a few numbers: instance normalisations, and means.

All else that a network does looks at a neighbourhood. Where these numbers are known beforehand, it
can be done in parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .nodes import Node, constant_of, float_of, make_node, wholes_of

Values = dict[str, NDArray[Any]]

_EPSILON = 1e-5


@dataclass
class Moments:
    """Mean and variance over some axes, from parts, which are summed in float64."""

    axes: tuple[int, ...]
    count: int = 0
    total: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    squares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    origin: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))

    def add(self, part: NDArray[Any]) -> None:
        """Count a part in."""
        values = part.astype(np.float64)
        if not self.count:
            # Squares of what is far from zero would swallow its variance.
            self.origin = values.mean(axis=self.axes, keepdims=True)
        values -= self.origin
        self.count += values.size // self.origin.size
        self.total = self.total + values.sum(axis=self.axes, keepdims=True)
        np.square(values, out=values)
        self.squares = self.squares + values.sum(axis=self.axes, keepdims=True)

    @property
    def mean(self) -> NDArray[np.float64]:
        """With ones in place of the axes."""
        return self.origin + self.total / self.count

    @property
    def variance(self) -> NDArray[np.float64]:
        """With ones in place of the axes."""
        return self.squares / self.count - np.square(self.total / self.count)


@dataclass(frozen=True)
class Mean:
    """A mean over both sides of the picture, with ones in place of them.

    Attributes:
        features: the name of what it is a mean of.
        output: the name of the mean.
        axes: of the features.
    """

    features: str
    output: str
    axes: tuple[int, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """The names of what has to be known besides the features."""
        return ()

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what is put in where the statistics are known."""
        return (self.output,)

    def in_its_place(self) -> list[Node]:
        """The operators that take its place then."""
        return []

    def values(self, moments: Moments, known: Mapping[str, NDArray[Any]]) -> Values:  # noqa: ARG002
        """What is put in, by its names."""
        return {self.output: moments.mean.astype(np.float32)}


@dataclass(frozen=True)
class InstanceNorm:
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of each channel (Ulyanov et al. 2016).

    Where these are known beforehand it is y = factor · x + offset.

    Attributes:
        features: the name of x.
        output: the name of y.
        gamma: the name of γ.
        beta: the name of β.
        epsilon: ε.
    """

    features: str
    output: str
    gamma: str
    beta: str
    epsilon: float
    axes: tuple[int, ...] = (2, 3)

    @property
    def wanted(self) -> tuple[str, ...]:
        """As :attr:`Mean.wanted`."""
        return (self.gamma, self.beta)

    @property
    def given(self) -> tuple[str, ...]:
        """As :attr:`Mean.given`; both are (1, C, 1, 1)."""
        return (f"{self.output}/factor", f"{self.output}/offset")

    def in_its_place(self) -> list[Node]:
        """As :meth:`Mean.in_its_place`."""
        (factor, offset), scaled = self.given, f"{self.output}/scaled"
        return [
            make_node("Mul", (self.features, factor), (scaled,)),
            make_node("Add", (scaled, offset), (self.output,)),
        ]

    def values(self, moments: Moments, known: Mapping[str, NDArray[Any]]) -> Values:
        """As :meth:`Mean.values`."""
        gamma, beta = (known[name].reshape(1, -1, 1, 1) for name in self.wanted)
        factor = gamma / np.sqrt(moments.variance + self.epsilon)
        offset = beta - moments.mean * factor
        found = zip(self.given, (factor, offset), strict=True)
        return {name: np.asarray(value, np.float32) for name, value in found}


Summary = Mean | InstanceNorm


def summary_of(node: Node, wholes: Mapping[str, list[int]]) -> Summary | None:
    """The summary that an operator is, or None.

    Args:
        node: the operator.
        wholes: the values of the graph that are known whole numbers, by their names.
    """
    if len(node.outputs) != 1 or not node.inputs:
        return None
    features, output = node.inputs[0], node.outputs[0]
    if node.kind == "InstanceNormalization" and len(node.inputs) == 3:
        epsilon = float_of(node, "epsilon", _EPSILON)
        return InstanceNorm(features, output, node.inputs[1], node.inputs[2], epsilon)
    if node.kind == "GlobalAveragePool":
        return Mean(features, output, (2, 3))
    if node.kind == "ReduceMean" and wholes_of(node, "keepdims") in (None, [1]):
        named = wholes.get(node.inputs[1]) if len(node.inputs) > 1 else wholes_of(node, "axes")
        axes = tuple(sorted(axis % 4 for axis in named or ()))
        return Mean(features, output, axes) if {*axes} >= {2, 3} or {*axes} >= {1, 2} else None
    return None


def constants_of(nodes: list[Node]) -> dict[str, list[int]]:
    """The whole numbers that constants among operators are, by their names."""
    found = ((node, constant_of(node)) for node in nodes)
    return {node.outputs[0]: wholes for node, wholes in found if wholes is not None}
