"""The graphs of an artefact, each in the form that its engine runs fastest."""

from __future__ import annotations

from ..errors import ModelError
from .artefact import (
    COTANGENTS,
    FEATURES,
    KERNELS,
    OBJECTIVE,
    PULLBACK,
    Artefact,
    in_winograd_form,
)
from .engines import Engine
from .session import Held, Session


class Sessions:
    """Opens an artefact's graphs, over one copy of what they share.

    Args:
        artefact: as from :func:`load_artefact`.
        direct: whether none is in Winograd's form.
    """

    def __init__(self, artefact: Artefact, *, direct: bool = False) -> None:
        self.artefact, self._direct = artefact, direct
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

    def pullback(self, engine: Engine) -> Session:
        """A tile's part of the gradient.

        Raises:
            ModelError: when ONNX Runtime refuses the file, or there is none.
        """
        if PULLBACK not in self.artefact.manifest.files:
            raise ModelError(
                f"{self.artefact.folder} has no gradient for tiles; give more memory, or build it"
                " again with `stylecore models build`"
            )
        return self._open(PULLBACK, engine, spare=True)

    def cotangents(self, engine: Engine) -> Session | None:
        """The loss of statistics, and its derivative by them; nothing where none are compared.

        Raises:
            ModelError: when ONNX Runtime refuses the file.
        """
        if COTANGENTS not in self.artefact.manifest.files:
            return None
        return Session(self.artefact.path(COTANGENTS), engine, spare=True)

    def has_winograd(self, name: str, engine: Engine) -> bool:
        """Whether a graph is opened in Winograd's form on an engine."""
        files, there = {in_winograd_form(name), KERNELS}, self.artefact.manifest.files
        return not self._direct and engine.row.winograd and files <= set(there)

    def _open(self, name: str, engine: Engine, *, spare: bool) -> Session:
        if not self.has_winograd(name, engine):
            return Session(self.artefact.path(name), engine, spare=spare)
        if not self._kernels:
            kernels = Session(self.artefact.path(KERNELS), engine, once=True)
            self._kernels = kernels.held_outputs()
        file = self.artefact.path(in_winograd_form(name))
        graph = Session(file, engine, spare=spare)
        graph.share(self._kernels)
        return graph
