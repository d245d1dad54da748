"""The graphs of an artefact, each in the form that its engine runs fastest."""

from __future__ import annotations

from .artefact import FEATURES, KERNELS, OBJECTIVE, Artefact, in_winograd_form
from .engines import Engine, Graph, Held


class Graphs:
    """Opens an artefact's graphs, over one copy of what they share.

    Args:
        artefact: as from :func:`load_artefact`.
    """

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self._kernels: Held = {}

    def objective(self, engine: Engine) -> Graph:
        """Loss and gradient.

        Raises:
            ModelError: when ONNX Runtime refuses the file.
        """
        return self._open(OBJECTIVE, engine, spare=False)

    def features(self, engine: Engine) -> Graph:
        """What targets are made of.

        Raises:
            ModelError: when ONNX Runtime refuses the file.
        """
        # It runs a few times only, and the objective wants the memory.
        return self._open(FEATURES, engine, spare=True)

    def _open(self, name: str, engine: Engine, *, spare: bool) -> Graph:
        file = in_winograd_form(name)
        # Libraries of other devices choose algorithms themselves, and multiply in fewer bits.
        if engine.name != "cpu" or not {file, KERNELS} <= set(self.artefact.manifest.files):
            return Graph(self.artefact.path(name), engine, spare=spare)
        if not self._kernels:
            kernels = Graph(self.artefact.path(KERNELS), engine, once=True)
            self._kernels = kernels.held_outputs()
        graph = Graph(self.artefact.path(file), engine, spare=spare)
        graph.share(self._kernels)
        return graph
