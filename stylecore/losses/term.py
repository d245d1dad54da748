"""What a term of the loss is: a row of the table, the same for graphs, targets and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from ..pictures.tensors import Array

Value: TypeAlias = Any
"""A value in a graph that is being recorded."""

Dim: TypeAlias = int | Literal["regions", "channels", "channels+1", "height", "width"]
"""A fixed size, or one that depends on the layer and the run."""


class Recorder(Protocol):
    """What records operators: the tape of ``stylecore.models.autodiff``, as terms see it."""

    def __call__(self, op_type: str, *inputs: Value, **attributes: Any) -> Value:
        """Record one operator with one output."""
        ...

    def integers(self, values: Sequence[int]) -> Value:
        """A constant vector of whole numbers: axes, shapes, pads."""
        ...

    def scalar(self, value: float) -> Value:
        """A constant number."""
        ...

    def function(self, name: str, *inputs: Value, outputs: int) -> Sequence[Value]:
        """Call a function that stays one operator until the gradient is built."""
        ...

    def shaped(self, value: Value, shape: Sequence[int | str | None]) -> Value:
        """The same value with the shape that inference cannot see; None for any size."""
        ...


def itself(statistic: Array) -> Array:
    """The target that a statistic is, unless a term says otherwise."""
    return statistic


@dataclass(frozen=True)
class FeatureTerm:
    """A term that compares a statistic of a layer's features with a target.

    In graphs and targets its values are called ``<part>.<layer>.<statistic>`` for the target, the
    same with ``.weight`` behind, and ``<part>.<layer>.guide``.

    Attributes:
        part: of the loss that it adds to, and the picture that its targets come from.
        statistic: the name of what is compared.
        target: shape of the target.
        weight: shape of the weight.
        guided: whether guides (K, h, w) say which positions count for which region. The statistic
            is then a sum over positions by their guides, and otherwise the features themselves:
            so a picture in tiles has the sums, or the parts, of its tiles.
        statistic_of: (recorder, features (1, C, h, w), guides or None, C) ↦ the statistic.
        loss_of: (recorder, statistic, target, weight) ↦ the weighted loss, a scalar.
        measured: the same as ``loss_of``, in NumPy, of (statistic, target, weight).
        energy: of a target, which the weight is divided by; for guided terms of one region's.
        target_of: makes the target of the statistic, blended already; for guided terms of one
            region's. A style's statistic begins with its Gram, (C, C).
    """

    part: Literal["content", "style"]
    statistic: str
    target: tuple[Dim, ...]
    weight: tuple[Dim, ...]
    guided: bool
    statistic_of: Callable[[Recorder, Value, Value | None, int], Value]
    loss_of: Callable[[Recorder, Value, Value, Value], Value]
    measured: Callable[[Array, Array, Array], float]
    energy: Callable[[Array], float]
    target_of: Callable[[Array], Array] = itself

    def target_name(self, layer: str) -> str:
        """Of the target as an input of the objective, and of the features graph's output."""
        return f"{self.part}.{layer}.{self.statistic}"

    def weight_name(self, layer: str) -> str:
        """Of the weight as an input of the objective."""
        return f"{self.target_name(layer)}.weight"

    def found_name(self, layer: str) -> str:
        """Of the statistic as it is found in a picture, where that is an input itself."""
        return f"{self.target_name(layer)}.found"

    def cotangent_name(self, layer: str) -> str:
        """Of the derivative of the loss by that."""
        return f"gradient.{self.found_name(layer)}"

    def guide_name(self, layer: str) -> str:
        """Of the guides as an input of both graphs."""
        return f"{self.part}.{layer}.guide"


@dataclass(frozen=True)
class ImageTerm:
    """A term of the image alone, with one weight, ``<part>.weight``.

    Attributes:
        part: of the loss that it is.
        loss_of: (recorder, image (1, 3, H, W)) ↦ the loss, a scalar.
        measured: the same in NumPy.
        sloped: image ↦ its derivative, (1, 3, H, W), in NumPy, for pictures in tiles.
    """

    part: str
    loss_of: Callable[[Recorder, Value], Value]
    measured: Callable[[Array], float]
    sloped: Callable[[Array], Array]

    @property
    def weight_name(self) -> str:
        """Of the weight as an input of the objective."""
        return f"{self.part}.weight"


Term: TypeAlias = FeatureTerm | ImageTerm
