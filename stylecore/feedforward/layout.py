"""How a network takes a picture and gives one back, recognised by what its file declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Port
from ..errors import ModelError
from ..pictures.tensors import Array

_KINDS = {f"tensor({kind})" for kind in ("float", "float16", "double", "uint8")}
_FIRST, _LAST = 1, 3
_WANTED = "one picture, (1, 3, height, width) or (1, height, width, 3)"


@dataclass(frozen=True)
class Layout:
    """Where batch, channels and sizes lie.

    Attributes:
        given: the name of the input.
        found: the name of the output.
        last: whether the channels come last in the input.
        last_found: the same of the output.
        batch: how many pictures it wants at a time.
        size: height and width, where the file fixes them.
    """

    given: str
    found: str
    last: bool
    last_found: bool
    batch: int
    size: tuple[int, int] | None

    def enter(self, image: Array) -> Array:
        """A picture (1, 3, H, W) as the input has it."""
        if self.last:
            image = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
        return image if self.batch == 1 else np.repeat(image, self.batch, axis=0)

    def leave(self, output: NDArray[Any]) -> NDArray[Any]:
        """The first picture of an output, (1, 3, H, W)."""
        first = output[:1]
        return first.transpose(0, 3, 1, 2) if self.last_found else first


def layout_of(path: Path, inputs: Sequence[Port], outputs: Sequence[Port]) -> Layout:
    """Recognise a network that makes a picture of a picture.

    Raises:
        ModelError: for one that takes or gives anything else; it says what.
    """
    given = _only(path, "takes", inputs)
    found = _only(path, "gives", outputs)
    last, last_found = _channels(path, "takes", given), _channels(path, "gives", found)
    batch = given.shape[0] or 1
    height, width = given.shape[1:3] if last else given.shape[2:]
    size = None if height is None or width is None else (height, width)
    return Layout(given.name, found.name, last, last_found, batch, size)


def refused(path: Path, verb: str, what: str) -> ModelError:
    """What to raise for a network that takes or gives something else."""
    return ModelError(
        f"{path} is no network that paints a picture: it {verb} {what}, not {_WANTED}"
    )


def _only(path: Path, verb: str, ports: Sequence[Port]) -> Port:
    if len(ports) != 1:
        names = ", ".join(port.name for port in ports[:4])
        raise refused(path, verb, f"{len(ports)} values ({names})" if ports else "nothing")
    if ports[0].kind not in _KINDS:
        raise refused(path, verb, ports[0].kind)
    return ports[0]


def _channels(path: Path, verb: str, port: Port) -> bool:
    """Whether the channels come last; what an output does not declare is as an input has it."""
    shape = port.shape
    if not shape and verb == "gives":
        return False
    if len(shape) == 4:
        for place in (_FIRST, _LAST):
            if shape[place] == 3:
                return place == _LAST
        if shape[_FIRST] is None:
            return False
    sizes = "×".join("?" if size is None else str(size) for size in shape) or "one number"
    kind = ", as what tells kinds of pictures apart" if verb == "gives" and len(shape) == 2 else ""
    raise refused(path, verb, f"{sizes}{kind}")
