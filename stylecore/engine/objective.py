"""The objective: x ↦ (loss, gradient) over an artefact, for any optimiser."""

from __future__ import annotations

import math

import numpy as np

from ..control.canvas import Canvas
from ..errors import ModelError
from ..losses.table import Losses, parts_of
from ..pictures.tensors import Array
from .artefact import Manifest
from .session import Session
from .targets import Values, input_names


class Objective:
    """x ↦ (loss, gradient): what scipy calls ``minimize(jac=True)``.

    x may have any shape of 3·H·W values, (1, 3, H, W) in memory, RGB, 0–255; the gradient comes
    back in the same shape, in float32. On a canvas x is what is painted: kept parts and colours
    that are not free have no gradient, and :meth:`picture` is what the network sees.

    Attributes:
        losses: the last ``loss``, and the parts that sum to it by name.
        size: height and width of the pictures, in pixels.
        unit: one of what a call returns is so much of ``losses``.

    Args:
        session: of the artefact's objective graph.
        manifest: of the artefact.
        exponent: the targets' weights are in units of 2^exponent; ``losses`` is not.

    Raises:
        ModelError: when the graph does not take what the manifest promises.
    """

    def __init__(self, session: Session, manifest: Manifest, exponent: int = 0) -> None:
        if lacking := input_names(manifest) - set(session.inputs):
            raise ModelError(
                f"the artefact's objective lacks the input {min(lacking)}, which its manifest"
                " promises; build it again with `stylecore models build`"
            )
        self.losses: Losses = {}
        self.size = (0, 0)
        self.unit = math.ldexp(1.0, exponent)
        self._outputs = ("loss", *parts_of(manifest.terms), "gradient")
        self._session = session
        self._canvas: Canvas | None = None

    def aim(self, targets: Values, height: int, width: int, canvas: Canvas | None = None) -> None:
        """Take new targets, for pictures of the given size, and what is painted on there."""
        self._session.hold(targets)
        self._place(height, width, canvas)

    def _place(self, height: int, width: int, canvas: Canvas | None) -> None:
        self._canvas = None if canvas is None or canvas.plain else canvas
        self.size = (height, width)

    def picture(self, x: Array) -> Array:
        """What the network sees of x, (1, 3, H, W)."""
        image = x.reshape(1, 3, *self.size)
        return image if self._canvas is None else self._canvas.picture(image)

    def __call__(self, x: Array) -> tuple[float, Array]:
        """Evaluate: the loss, and its gradient in the shape of x, both in units of 2^exponent.

        The loss is no number where the gradient has one that is none.
        """
        found, gradient = self._evaluated(self.picture(x))
        self.losses = {name: loss * self.unit for name, loss in found.items()}
        if self._canvas is not None:
            gradient = self._canvas.pulled_back(gradient)
        loss = found["loss"] if np.isfinite(gradient).all() else math.nan
        return loss, gradient.reshape(x.shape)

    def _evaluated(self, image: Array) -> tuple[Losses, Array]:
        """Losses and gradient at what the network sees, (1, 3, H, W)."""
        *losses, gradient = self._session(self._outputs, image=image)
        return dict(zip(self._outputs, map(float, losses), strict=False)), gradient

    def rest(self) -> None:
        """Give back the memory that evaluations took; the next one takes it anew."""
        self._session.rest(_SMALLEST)


_SIDE = 32
_SMALLEST = {"regions": 1, "height": _SIDE, "width": _SIDE} | {
    f"{side}_{block}": _SIDE >> (block - 1) for side in ("height", "width") for block in range(1, 6)
}
"""The sizes of the graph for a picture of 32×32 pixels and one region."""
