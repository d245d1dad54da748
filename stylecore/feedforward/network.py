"""A network that paints a picture in one pass, open on an engine."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.session import Session
from ..engine.table import Engine
from ..pictures.sizes import resize
from ..pictures.tensors import Array, to_floats, to_tensor
from .graph import Graph
from .layout import Layout
from .levels import Levels

_LEAST = 32
"""Pixels: what is smaller is mirrored up to this, so that a network's own margins find room."""


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

    def on(self, engine: Engine) -> Network:
        """The same network on another engine."""
        data = self.graph.cut(self.graph.outputs)
        session = Session(self.path, engine, data=data, spare=True)
        return replace(self, engine=engine, session=session)

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
