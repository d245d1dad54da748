"""The graphs of an artefact, each in the form that its engine runs fastest."""

from __future__ import annotations

from .artefact import FEATURES, KERNELS, OBJECTIVE, Artefact, in_winograd_form
from .engines import Engine
from .session import Held, Session


class Sessions:
    """Opens an artefact's graphs, over one copy of what they share.

    Args:
        artefact: as from :func:`load_artefact`.
    """

    def __init__(self, artefact: Artefact) -> None:
        self.artefact = artefact
        self._kernels: Held = {}

    def objective(self, engine: Engine) -> Session:
        """Loss and gradient.

        Raises:
            ModelError: when ONNX Runtime refuses the file.
        """
        return self._open(OBJECTIVE, engine, spare=False)

    def features(self, engine: Engine) -> Session:
        """What targets are made of.

        Raises:
            ModelError: when ONNX Runtime refuses the file.
        """
        # It runs a few times only, and the objective wants the memory.
        return self._open(FEATURES, engine, spare=True)

    def _open(self, name: str, engine: Engine, *, spare: bool) -> Session:
        file = in_winograd_form(name)
        if not engine.row.winograd or not {file, KERNELS} <= set(self.artefact.manifest.files):
            return Session(self.artefact.path(name), engine, spare=spare)
        if not self._kernels:
            kernels = Session(self.artefact.path(KERNELS), engine, once=True)
            self._kernels = kernels.held_outputs()
        graph = Session(self.artefact.path(file), engine, spare=spare)
        graph.share(self._kernels)
        return graph
