"""How kernels lie in an artefact, and the standard operators that expand them.

``float16`` and ``palette8`` (256 values per kernel, and a byte per weight) cost a quarter to a half
of the space. ONNX Runtime folds the expanding operators when it loads the graph, so a run costs
the same, and whoever runs an artefact needs no code for any of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from ...errors import ModelError
from ..autodiff.tape import Tape

Storage = Literal["float32", "float16", "palette8"]

_ALIGNMENT = 4096
_COLOURS = 256
_ROUNDS = 30


@dataclass(frozen=True)
class Palette:
    """A kernel as values (256,) and, of each weight, which it is: (O, I, 3, 3) of uint8."""

    values: ir.TensorProtocol
    indices: ir.TensorProtocol

    @property
    def shape(self) -> ir.Shape:
        """(O, I, 3, 3)."""
        shape = self.indices.shape
        assert isinstance(shape, ir.Shape)
        return shape


Stored = ir.TensorProtocol | Palette


class WeightFile:
    """Writes the file that all graphs share.

    Args:
        path: of the file.
        storage: how kernels are stored; biases stay in float32.
    """

    def __init__(self, path: Path, storage: Storage = "float32") -> None:
        self._path, self._storage = path, storage

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def bias(self, name: str, array: NDArray[np.float32]) -> ir.TensorProtocol:
        """Append a bias."""
        return self._append(name, array, ir.DataType.FLOAT)

    def kernel(self, name: str, array: NDArray[np.float32]) -> Stored:
        """Append a kernel.

        Raises:
            ModelError: when a weight is too large for float16.
        """
        if self._storage == "float32":
            return self._append(name, array, ir.DataType.FLOAT)
        if self._storage == "float16":
            return self._append(name, _halved(name, array), ir.DataType.FLOAT16)
        values, indices = palette(array)
        return Palette(
            self._append(f"{name}.values", values, ir.DataType.FLOAT),
            self._append(f"{name}.indices", indices, ir.DataType.UINT8),
        )

    def _append(
        self, name: str, array: NDArray[np.generic], kind: ir.DataType
    ) -> ir.ExternalTensor:
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNMENT))
        little = array.dtype.newbyteorder("<")
        offset, data = self._file.tell(), np.ascontiguousarray(array, little).tobytes()
        self._file.write(data)
        shape = ir.Shape(array.shape)
        return ir.ExternalTensor(self._path.name, offset, len(data), kind, shape=shape, name=name)


def expanded(tape: Tape, stored: Stored) -> ir.Value:
    """The kernel in the tape's element type."""
    if isinstance(stored, Palette):
        indices = tape("Cast", tape.initializer(stored.indices), to=ir.DataType.INT32)
        return tape("Gather", tape.initializer(stored.values), indices)
    value = tape.initializer(stored)
    return value if stored.dtype == tape.dtype else tape("Cast", value, to=tape.dtype)


def palette(array: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """256 values and which of them each weight is: exact where the array has no more than these.

    Otherwise they are the means of the cells around them (Lloyd 1982): on sorted weights a round
    costs next to nothing. It begins with values as dense as the cube root of the weights' density
    (Panter & Dite 1951), or the few large weights would be lumped together.
    """
    values, indices = np.unique(array, return_inverse=True)
    if len(values) > _COLOURS:
        values = _lloyd(np.sort(array, axis=None).astype(np.float64))
        indices = np.searchsorted((values[1:] + values[:-1]) / 2, array)
    padded = np.resize(values, _COLOURS)
    return padded.astype(np.float32), indices.reshape(array.shape).astype(np.uint8)


def _lloyd(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    histogram, borders = np.histogram(weights, _COLOURS)
    mass = np.concatenate([[0.0], np.cumsum(np.cbrt(histogram))])
    wanted = (np.arange(_COLOURS) + 0.5) / _COLOURS * mass[-1]
    centres = np.asarray(np.interp(wanted, mass, borders), np.float64)
    for _ in range(_ROUNDS):
        between = np.searchsorted(weights, (centres[1:] + centres[:-1]) / 2)
        edges = np.concatenate([[0], between, [len(weights)]])
        counts = np.diff(edges)
        means = np.diff(sums[edges]) / np.maximum(counts, 1)
        centres[counts > 0] = means[counts > 0]
    return centres


def _halved(name: str, array: NDArray[np.float32]) -> NDArray[np.float16]:
    if np.abs(array).max() > np.finfo(np.float16).max:
        raise ModelError(f"{name} holds weights too large for float16; take another storage")
    return array.astype(np.float16)
