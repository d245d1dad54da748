"""What a training can go on from: weights, Adam's moments, and all that has happened.

It is a file of NumPy's, without pickled objects; nothing in it is executed when it is read.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ... import files
from ...errors import ModelError
from ...optimizers.adam import AdamState
from ...pictures.tensors import Array

FORMAT = 1
MEAN_DECAY = 0.99
"""Of the running mean of the weights, which is what is delivered."""

_VECTORS = ("weights", "first", "second", "mean")
_COUNTS = ("steps", "mean_steps", "exponent")


@dataclass(frozen=True)
class TrainingState:
    """Where a training stands; a step makes a new one of it.

    Attributes:
        weights: (P,).
        adam: what Adam carries from step to step.
        past: of each step the seconds since the beginning, the loss and its parts, (steps, …).
        lost: steps in a row whose loss was no number.
    """

    weights: Array
    adam: AdamState
    past: NDArray[np.float64] = field(repr=False)
    lost: int = 0

    @classmethod
    def first(cls, weights: Array, parts: int) -> TrainingState:
        """The state before the first step, of a loss of so many parts."""
        return cls(weights, AdamState.start(weights), np.zeros((0, 2 + parts)))

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.past)

    @property
    def seconds(self) -> float:
        """How long they took together."""
        return float(self.past[-1, 0]) if self.steps else 0.0

    @property
    def averaged(self) -> Array:
        """The running mean of the weights."""
        mean = self.adam.averaged(MEAN_DECAY)
        return self.weights if mean is None else mean

    def moved(self, gradient: Array | None, rate: float, told: list[float]) -> TrainingState:
        """The state after a step.

        Args:
            gradient: of the loss by the weights; None where it is no number: then nothing moves.
            rate: the length of the step.
            told: what there is to remember of it.
        """
        past = np.vstack([self.past, told])
        adam = deepcopy(self.adam)
        if gradient is None:
            adam.lose_pace()
            return replace(self, adam=adam, past=past, lost=self.lost + 1)
        weights = np.asarray(self.weights - rate * adam.direction(gradient), np.float32)
        adam.keep(weights, MEAN_DECAY)
        return TrainingState(weights, adam, past)

    def to_bytes(self, about: Mapping[str, Any]) -> bytes:
        """The file, with what the training is of."""
        adam = self.adam
        counts = {
            "format": FORMAT,
            **{name: getattr(adam, name) for name in _COUNTS},
            "lost": self.lost,
            "about": about,
        }
        vectors = dict(
            zip(_VECTORS, (self.weights, adam.first, adam.second, adam.mean), strict=True)
        )
        out = io.BytesIO()
        text = np.frombuffer(json.dumps(counts).encode(), np.uint8)
        np.savez(out, allow_pickle=False, json=text, past=self.past, **vectors)
        return out.getvalue()


def read_state(path: Path) -> tuple[TrainingState, dict[str, Any]]:
    """Read a file that :meth:`TrainingState.to_bytes` made; also what it is of.

    Raises:
        ModelError: for a file that is missing, damaged, or something else.
    """
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            counts = cast("dict[str, Any]", json.loads(bytes(stored["json"]).decode()))
            if counts["format"] != FORMAT:
                raise ModelError(
                    f"{path} is a training of format {counts['format']!r}, not {FORMAT}; begin anew"
                )
            weights, first, second, mean = (
                np.asarray(stored[name], np.float32) for name in _VECTORS
            )
            if (
                not weights.ndim == 1
                or len({one.shape for one in (weights, first, second, mean)}) > 1
            ):
                raise ValueError("its vectors are of different lengths")
            adam = AdamState(
                first, second, mean, counts["steps"], counts["mean_steps"], counts["exponent"]
            )
            past = np.asarray(stored["past"], np.float64)
            return TrainingState(weights, adam, past, counts["lost"]), dict(counts["about"])
    except FileNotFoundError:
        raise ModelError(f"{files.missing(path)}; give one that a training wrote") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(
            f"{path} is no training to go on from ({reason}); give one that a training wrote"
        ) from None
