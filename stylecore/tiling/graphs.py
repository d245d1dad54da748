"""The graphs of an artefact as a run wants them: of whole pictures, and of pictures in tiles."""

from __future__ import annotations

from copy import copy
from threading import Lock
from typing import NamedTuple

from ..engine.artefact import OBJECTIVE, Artefact
from ..engine.engines import exact
from ..engine.kept import Features, Kept, passing
from ..engine.session import Session
from ..engine.sessions import Sessions
from ..engine.table import Engine
from ..errors import ModelError

_KEPT = 1 << 26
"""Bytes of what features small pictures have."""


class TileGraphs(NamedTuple):
    """The graphs that tiles are run through.

    Attributes:
        features: of the first pass.
        cotangents: of the sums; None where no statistics are compared.
        pullback: of the second pass.
    """

    features: Session
    cotangents: Session | None
    pullback: Session


class Graphs:
    """Opens graphs once, for any number of pictures and threads.

    Attributes:
        features: what targets are made of.
        manifest: of what the graphs are of.

    Args:
        artefact: as from :func:`load_artefact`.
        engine: that gradients are computed on; all else is in fp32.
        keep: how many bytes of what features were found are kept.

    Raises:
        ModelError: when ONNX Runtime refuses a file.
    """

    def __init__(self, artefact: Artefact, engine: Engine, keep: int = 0) -> None:
        self.manifest = artefact.manifest
        self._artefact, self._keep = artefact, keep
        self._sessions, self._engine, self._lock = Sessions(artefact), engine, Lock()
        self._shallow: Graphs | None = None
        self._large: Graphs | None = None
        self._objective: Session | None = self._sessions.objective(engine)
        self._tiles: TileGraphs | None = None
        features = self._sessions.features(exact(engine))
        self.features: Features = Kept(features, keep) if keep else features

    def at(self, *, shallow: bool) -> Graphs:
        """Those of a scale: these, or those of the shallow layers alone.

        Raises:
            ModelError: where the artefact has none of these.
        """
        if not shallow:
            return self
        with self._lock:
            if self._shallow is None:
                self._shallow = self._open_shallow()
            return self._shallow

    def _open_shallow(self) -> Graphs:
        if self._large is not None:
            return self._large.at(shallow=True).small()
        part = self._artefact.shallow
        if part is None:
            raise ModelError(f"{self._artefact.folder} has no graphs of shallow layers")
        return Graphs(part, self._engine, self._keep)

    def small(self) -> Graphs:
        """Those for pictures of a hundred pixels, painted again and again.

        Such pictures are done sooner than Winograd's kernels are read, which are four times as
        large as the network's; so these graphs are in the direct form. And they keep what features
        pictures have.

        Raises:
            ModelError: when ONNX Runtime refuses a file.
        """
        small = copy(self)
        small._lock, small._shallow, small._large, small._tiles = Lock(), None, self, None
        if self._sessions.has_winograd(OBJECTIVE, self._engine):
            small._sessions = Sessions(self._artefact, direct=True)
            small._objective = small._sessions.objective(self._engine)
            small.features = small._sessions.features(exact(self._engine))
        small.features = Kept(passing(small.features), _KEPT)
        return small

    def objective(self) -> Session:
        """Of whole pictures, with held inputs of its own."""
        with self._lock:
            if self._objective is None:
                self._objective = self._sessions.objective(self._engine)
            return self._objective.apart()

    def close_objective(self) -> None:
        """Give back what the objective of whole pictures takes, unless somebody uses it still."""
        with self._lock:
            self._objective = None

    def tiles(self) -> TileGraphs:
        """Of pictures in tiles.

        Raises:
            ModelError: where the artefact has none.
        """
        with self._lock:
            if self._tiles is None:
                cotangents = self._sessions.cotangents(exact(self._engine))
                pullback = self._sessions.pullback(self._engine)
                self._tiles = TileGraphs(passing(self.features), cotangents, pullback)
            return self._tiles
