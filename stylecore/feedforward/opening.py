"""Opening a network from a file that need not be trusted, of ours or of others.

The file is read once, looked through for references to other files, and what was looked through is
what ONNX Runtime gets. What it does is tried out on small pictures.
"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path

from .. import files
from ..engine.engines import choose_engine
from ..engine.onnxscan import external_files
from ..engine.session import Session
from ..engine.table import Engine
from ..errors import EngineError, ModelError
from .graph import Graph
from .layout import layout_of, refused
from .levels import LEVELS, LevelsName, guess
from .network import Network, trial_picture

OURS = "feedforward"
FORMAT = "1"
LARGEST_FILE = 1 << 28
"""Bytes. Those that paint in one pass have some millions of weights; what is larger is no such."""

_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_TRIALS = ((131, 149), (150, 138))

_WANTED = "give an .onnx file with a network that makes a picture of a picture"


def open_network(
    path: str | PathLike[str], engine: Engine | None = None, levels: LevelsName = "auto"
) -> Network:
    """Open a network, of ours or of others.

    Of others the layout is recognised, a fixed size is set free where the graph allows it, and
    the range of levels is found out by a run, unless it is given.

    Args:
        path: an ``.onnx`` file.
        engine: as from :func:`choose_engine`; the best there is by default.
        levels: ``byte`` (0–255), ``unit`` (0–1), ``signed`` (−1–1), or ``auto``.

    Raises:
        ModelError: for a file that cannot be read, is too large, refers to other files, or holds
            something else than a network that makes a picture of a picture.
        EngineError: when ONNX Runtime or the engine is missing.
    """
    path = Path(path)
    engine = choose_engine() if engine is None else engine
    # Frames are read and written in turn with it, by threads of their own.
    engine = replace(engine, spins=False)
    data = _read(path)
    try:
        if others := external_files(data):
            raise ModelError(
                f"{path} wants data from {min(others)!r}: do not trust it; {_WANTED} and all of its"
                " weights"
            )
        graph = Graph(data)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path} is no ONNX file ({error}); {_WANTED}") from None
    session = Session(path, engine, data=data, spare=True)
    about = session.metadata()
    _check_format(path, about)
    layout = layout_of(path, *session.ports())
    plain = Network(path, engine, layout, LEVELS["byte"], 1, about, (), graph, session)
    return _with_levels(_with_size(plain), levels)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ModelError(f"{files.missing(path)}; {_WANTED}") from None
    except IsADirectoryError:
        raise ModelError(f"{path} is a folder; {_WANTED}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"cannot read {path} ({reason}); {_WANTED}") from None
    if not data:
        raise ModelError(f"{path} is empty; {_WANTED}")
    if len(data) > LARGEST_FILE:
        raise ModelError(f"{path} has more than {LARGEST_FILE >> 20} MB; {_WANTED}")
    return data


def _check_format(path: Path, about: dict[str, str]) -> None:
    kind, found = about.get("stylecore.kind", OURS), about.get("stylecore.format", FORMAT)
    if kind != OURS:
        raise ModelError(f"{path} is a {kind} of stylecore; {_WANTED}")
    if found != FORMAT:
        raise ModelError(f"{path} is of format {found}, not {FORMAT}; it wants another stylecore")


def _with_size(network: Network) -> Network:
    """The network with the sizes that it takes, free of what its file fixes where that can be."""
    fixed = network.size is not None or network.layout.batch > 1
    free = _set_free(network) if fixed else None
    if network.size is None:
        return free or replace(network, multiple=_multiple_of(network))
    made_for = f"{network.path} is made for pictures of {network.size[1]}×{network.size[0]}"
    if free is not None:
        return replace(free, notes=(*free.notes, f"{made_for}, and was set free to take any size"))
    _run_trial(network, network.size)
    note = f"{made_for} alone: all are resized to that, and back again"
    return replace(network, notes=(*network.notes, note))


def _set_free(network: Network) -> Network | None:
    """The network for any size, where its graph works out other ones as well."""
    try:
        data = network.graph.freed()
        session = Session(network.path, network.engine, data=data, spare=True)
        layout = replace(network.layout, size=None, batch=1)
        free = replace(network, session=session, graph=Graph(data), layout=layout)
        return replace(free, multiple=_multiple_of(free))
    except (ModelError, EngineError, ValueError):
        return None


def _multiple_of(network: Network) -> int:
    """The least number whose multiples the network takes as sizes, and gives back."""
    reason: ModelError | EngineError | None = None
    for multiple in _MULTIPLES:
        try:
            for size in _TRIALS:
                _run_trial(network, tuple(-(-side // multiple) * multiple for side in size))
        except (ModelError, EngineError) as error:
            reason = reason or error
        else:
            return multiple
    raise reason or AssertionError


def _run_trial(network: Network, size: tuple[int, ...]) -> None:
    """Make sure that a picture of a size comes back as one of the same."""
    height, width = size
    found = network.run(network.enter(trial_picture(height, width)))
    shape = network.layout.leave(found).shape if found.ndim == 4 else found.shape
    if shape != (1, 3, height, width):
        sizes = "×".join(map(str, found.shape))
        raise refused(network.path, "gives", f"{sizes} for a picture of {width}×{height}")


def _with_levels(network: Network, name: LevelsName) -> Network:
    if name != "auto":
        return replace(network, levels=LEVELS[name])
    if "stylecore.kind" in network.about:
        return network
    size = network.size or tuple(
        -(-side // network.multiple) * network.multiple for side in _TRIALS[0]
    )
    found = guess(lambda image: network.run(network.layout.enter(image)), trial_picture(*size))
    if found is None:
        raise ModelError(
            f"{network.path} does not show whether it counts colours as 0–255, 0–1 or −1–1; give"
            " --range byte, unit or signed"
        )
    note = f"{network.path} seems to count colours as {found.words}; --range says otherwise"
    return replace(network, levels=found, notes=(*network.notes, note))
