"""A network that paints a picture in one pass, opened from a file that need not be trusted.

The file is read once, looked through for references to other files, and what was looked through is
what ONNX Runtime gets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..engine.engines import choose_engine
from ..engine.onnxscan import external_files
from ..engine.session import Session
from ..engine.table import Engine
from ..errors import EngineError, ModelError
from ..pictures.sizes import resize
from ..pictures.tensors import Array, to_floats, to_tensor
from .graph import Graph
from .layout import Layout, layout_of, refused
from .levels import LEVELS, Levels, LevelsName, guess

OURS = "feedforward"
FORMAT = "1"
LARGEST_FILE = 1 << 29
"""Bytes. Those that paint in one pass have some millions of weights; what is larger is no such."""

_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_TRIALS = ((131, 149), (150, 138))
_LEAST = 32
"""Pixels: what is smaller is mirrored up to this, so that a network's own margins find room."""

_WANTED = "give an .onnx file with a network that makes a picture of a picture"


@dataclass(frozen=True)
class Network:
    """A network that is open on an engine; several threads may run it at a time.

    Attributes:
        path: of the file.
        engine: what runs it.
        layout: how it takes a picture and gives one back.
        levels: what it counts colours in.
        multiple: the sizes that it takes are multiples of this; others are mirrored up to one.
        about: what the file says of itself: of ours ``stylecore.style``, ``stylecore.network`` and
            more; of others what they like.
        notes: what was assumed of it, as lines.
        graph: what is in the file.
        session: the loaded graph.
    """

    path: Path
    engine: Engine
    layout: Layout
    levels: Levels
    multiple: int
    about: dict[str, str]
    notes: tuple[str, ...]
    graph: Graph = field(repr=False)
    session: Session = field(repr=False)

    @property
    def size(self) -> tuple[int, int] | None:
        """The one height and width that it takes; None where it takes any."""
        return self.layout.size

    def __call__(self, image: Array, *, again: bool = False) -> Array:
        """Paint a picture (1, 3, H, W), RGB, 0–255; gives the same shape and range.

        Args:
            image: the picture.
            again: whether the memory is kept for a next one of the same size.

        Raises:
            EngineError: when ONNX Runtime fails, by lack of memory for example.
        """
        height, width = image.shape[2:]
        if self.size is not None:
            small = _resized(image, *self.size)
            return _resized(self.leave(self.run(self.enter(small), again=again)), height, width)
        padded = self.padded(image)
        painted = self.leave(self.run(self.enter(padded), again=again))
        return painted[..., :height, :width]

    def padded(self, image: Array) -> Array:
        """A picture (1, 3, H, W), mirrored at its right and lower edge to a size that is taken."""
        return _mirrored(image, self.multiple)

    def enter(self, image: Array) -> Array:
        """A picture as the input has it."""
        return self.layout.enter(self.levels.enter(image))

    def leave(self, output: NDArray[Any]) -> Array:
        """An output as a picture (1, 3, H, W), 0–255."""
        return self.levels.leave(self.layout.leave(output))

    def run(self, given: Array, *, again: bool = False) -> NDArray[Any]:
        """The output for an input, both as the graph has them."""
        call = self.session.again if again else self.session
        return call([self.layout.found], **{self.layout.given: given})[0]


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


def trial_picture(height: int, width: int) -> Array:
    """Soft blots of all colours with some grain, as photographs have, (1, 3, H, W)."""
    rng = np.random.default_rng(0)
    blots = rng.uniform(0, 255, (6, 6, 3)).astype(np.float32)
    picture = resize(blots, width, height) + rng.normal(0, 8, (height, width, 3))
    return to_tensor(np.clip(picture, 0, 255))


def _mirrored(image: Array, multiple: int) -> Array:
    height, width = image.shape[2:]
    missing = [-(-max(side, _LEAST) // multiple) * multiple - side for side in (height, width)]
    if not any(missing):
        return image
    return np.pad(image, ((0, 0), (0, 0), (0, missing[0]), (0, missing[1])), mode="reflect")


def _resized(image: Array, height: int, width: int) -> Array:
    return to_tensor(resize(to_floats(image), width, height))
