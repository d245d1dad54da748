"""Marks: all that an optimiser knows between two evaluations, so that it can go on from there.

A mark is never changed once it is made, and a search that goes on from one takes the very steps
that it would have taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, Self, TypeAlias

from ..pictures.tensors import Array


class Packed(NamedTuple):
    """A mark as a file can hold it.

    Attributes:
        numbers: plain values, ready for JSON.
        arrays: float32, or float16 where that is said, each of the shape of x.
    """

    numbers: dict[str, Any]
    arrays: dict[str, Array]


class Mark(Protocol):
    """Where an optimiser stands; each has a kind of its own."""

    def packed(self) -> Packed:
        """All of it as numbers and arrays."""
        ...

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The mark that was packed.

        Raises:
            KeyError: where something is missing.
            ValueError: where a number is.
        """
        ...


OnMark: TypeAlias = Callable[[Mark], object]
"""Called with where an optimiser stands, after every evaluation."""


def unmarked(mark: Mark, /) -> None:
    """The default of ``on_mark``: nothing happens."""
