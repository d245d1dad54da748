"""The features of pictures, at the layers of a network that is there to measure."""

from __future__ import annotations

from ..engine.artefact import Artefact
from ..engine.engines import exact
from ..engine.kept import Kept
from ..engine.sessions import Sessions
from ..engine.statistics import statistics
from ..engine.table import Engine
from ..losses.content import CONTENT
from ..pictures.tensors import Array

_KEPT = 100_000_000
"""Bytes: the same content and style are looked at again and again."""


class FeatureGraph:
    """Gives the features of pictures, in fp32.

    Attributes:
        layers: at which.

    Args:
        artefact: whose content layers these are, as from
            :func:`~stylecore.measures.held_out.settings_to_measure`.
        engine: on which it runs.

    Raises:
        ModelError: when ONNX Runtime refuses the file.
    """

    def __init__(self, artefact: Artefact, engine: Engine) -> None:
        self.layers = artefact.manifest.content_layers
        self._manifest = artefact.manifest
        self._graph = Kept(Sessions(artefact).features(exact(engine)), _KEPT)

    def __call__(self, picture: Array) -> dict[str, Array]:
        """The features (C, h, w) of a picture (1, 3, H, W), by layer."""
        found = statistics(self._graph, self._manifest, picture)
        return {layer: found[CONTENT.target_name(layer)][0] for layer in self.layers}
