"""What is painted on: the part of a picture that a run may change, as a change of variables.

Where x = k p + (1 − k) z, with k = 1 where the content p is kept, a run moves z, and
∂L/∂z = (1 − k) ∂L/∂x: kept parts stay as they are, at every step and for every optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .optimizers import Function, OnEvaluation
from .tensors import Array


@dataclass(frozen=True)
class Canvas:
    """The free part of a picture at one scale.

    Attributes:
        content: (1, 3, H, W).
        keep: (1, 1, H, W), 1 where the content is left as it is; None where all is free.
    """

    content: Array
    keep: Array | None = None

    def picture(self, z: Array) -> Array:
        """The picture x, for the variables z, both (1, 3, H, W)."""
        if self.keep is None:
            return z
        return np.asarray(self.keep * self.content + (1 - self.keep) * z, np.float32)

    def function(self, function: Function) -> Function:
        """The objective of x as one of z."""
        if self.keep is None:
            return function
        free = 1 - self.keep

        def of_variables(z: Array) -> tuple[float, Array]:
            loss, gradient = function(self.picture(z.reshape(self.content.shape)))
            return loss, np.reshape(free * gradient, z.shape)

        return of_variables

    def watched(self, on_evaluation: OnEvaluation) -> OnEvaluation:
        """A callback that is shown x, for an optimiser that shows z."""
        if self.keep is None:
            return on_evaluation
        return lambda z, loss: on_evaluation(self.picture(z), loss)
