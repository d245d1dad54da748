"""Makes artefacts, and networks that paint: reads weights, builds graphs, checks and trains.

What builds is imported when it is first asked for: it needs ``onnx``, which takes long to load and
which nobody needs to see what weights there are.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .fetching.fetch import fetch
from .readers.weights import Preprocessing, Weights, read_weights

if TYPE_CHECKING:
    from .making.build import build_artefact
    from .prepare import ensure_artefact
    from .training.settings import TrainingSettings
    from .training.training import Training

__all__ = [
    "Preprocessing",
    "Training",
    "TrainingSettings",
    "Weights",
    "build_artefact",
    "ensure_artefact",
    "fetch",
    "read_weights",
]

_LATE = {
    "Training": ".training.training",
    "TrainingSettings": ".training.settings",
    "build_artefact": ".making.build",
    "ensure_artefact": ".prepare",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
