"""The objective: x ↦ (loss, gradient) over an artefact, for any optimiser."""

from __future__ import annotations

from collections.abc import Sequence

from ..control.guidance import Guidance
from ..pictures.tensors import Array
from ..settings import Settings
from .artefact import Artefact
from .engines import Engine
from .session import Session
from .sessions import Sessions
from .targets import LossParts, Values, prepare_targets

_OUTPUTS = ("loss", "content", "style", "tv", "gradient")


class Objective:
    """x ↦ (loss, gradient): what scipy calls ``minimize(jac=True)``.

    The image may have any shape of 3·H·W values, (1, 3, H, W) in memory, RGB, 0–255; the gradient
    comes back in the same shape, in float32. The sizes are those of the targets, which can be
    exchanged as often as one likes.

    Attributes:
        sessions: of the artefact.
        parts: the terms of the last loss.
        size: height and width of the images, in pixels.

    Args:
        artefact: as from :func:`load_artefact`.
        engine: what runs the graph.

    Raises:
        ModelError: when ONNX Runtime refuses the artefact.
    """

    def __init__(self, artefact: Artefact, engine: Engine) -> None:
        self.artefact = artefact
        self.engine = engine
        self.sessions = Sessions(artefact)
        self.parts = LossParts(0.0, 0.0, 0.0, 0.0)
        self._graph = self.sessions.objective(engine)
        self.size = (0, 0)

    def aim(self, targets: Values, height: int, width: int) -> None:
        """Take new targets, for images of the given size."""
        self._graph.hold(targets)
        self.size = (height, width)

    def aim_at(
        self,
        features: Session,
        content: Array,
        styles: Sequence[Array],
        settings: Settings,
        guidance: Guidance | None = None,
    ) -> Values:
        """Prepare targets from pictures (1, 3, H, W) and take them; returns them too."""
        targets = prepare_targets(
            features, self.artefact.manifest, content, styles, settings, guidance
        )
        self.aim(targets, *content.shape[2:])
        return targets

    def __call__(self, x: Array) -> tuple[float, Array]:
        """Evaluate: the loss, and its gradient in the shape of x."""
        image = x.reshape(1, 3, *self.size)
        *parts, gradient = self._graph(_OUTPUTS, image=image)
        self.parts = LossParts(*(float(part) for part in parts))
        return self.parts.loss, gradient.reshape(x.shape)
