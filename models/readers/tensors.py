"""Arrays that lie in a file: their shape is known at once, their values are read when asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ...errors import ModelError

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Stored:
    """An array in a file.

    Attributes:
        shape: its dimensions, as the file claims them.
        read: reads the values; raises ModelError where the file does not hold them.
    """

    shape: tuple[int, ...]
    read: Callable[[], Array]


Tensors: TypeAlias = Mapping[str, Stored]
"""The arrays of a file by name, in the file's own naming."""


@dataclass(frozen=True)
class Span:
    """A run of equal elements in a file.

    Attributes:
        count: number of elements.
        dtype: numpy type of an element.
        fetch: reads their bytes; raises ModelError where the file does not hold them.
    """

    count: int
    dtype: np.dtype[Any]
    fetch: Callable[[], bytes]

    def read(self) -> Array:
        """The elements, in one dimension."""
        data = self.fetch()
        wanted = self.count * self.dtype.itemsize
        if len(data) != wanted:
            raise ModelError(f"damaged: {len(data)} bytes where an array has {wanted}")
        return np.frombuffer(data, self.dtype)

    def view(self, start: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Stored:
        """An array within the run; start and strides are counted in elements."""
        if len(shape) != len(strides) or min((start, *shape, *strides)) < 0:
            raise ModelError(f"damaged: an array of shape {shape} with strides {strides}")
        steps = zip(shape, strides, strict=True)
        last = start + sum((size - 1) * stride for size, stride in steps)
        if math.prod(shape) and last >= self.count:
            raise ModelError(f"damaged: an array of shape {shape} reaches beyond its data")
        scaled = tuple(stride * self.dtype.itemsize for stride in strides)

        def read() -> Array:
            return as_strided(self.read()[start:], shape, scaled)

        return Stored(shape, read)


def span_at(file: BinaryIO, offset: int, count: int, dtype: np.dtype[Any]) -> Span:
    """The run of elements at an offset, in bytes, of an open file."""

    def fetch() -> bytes:
        file.seek(offset)
        return file.read(count * dtype.itemsize)

    return Span(count, dtype, fetch)


def from_hwio(kernel: Stored) -> Stored:
    """A kernel (O, I, H, W) from one that is stored as (H, W, I, O)."""
    if len(kernel.shape) != 4:
        return kernel
    height, width, inputs, outputs = kernel.shape
    return Stored((outputs, inputs, height, width), lambda: kernel.read().transpose(3, 2, 0, 1))


def size_of(file: BinaryIO) -> int:
    """Bytes in an open, seekable file."""
    return file.seek(0, 2)
